import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlaneStart } from '../tools/demo/plane-messages.ts';
import type { Progress } from '../tools/servers/progress.ts';
import type { Stack } from '../tools/stack/stack.ts';
import { Driver } from '../test/sdk/support/driver.ts';
import { BareDelivery } from './bare-delivery.ts';
import { FACTS_PER_COMMIT } from './committing.ts';
import type { Committed, Committing } from './committing.ts';
import type { Embedded } from './embedded.ts';
import { endingAfter } from './ending.ts';
import { KITS } from './kits.ts';
import type { Kit } from './kits.ts';
import { FSYNC_BINDS_MS } from './machine.ts';
import { openLoop } from './open-loop.ts';
import { quantile, ratioRow, valueRow } from './row.ts';
import type { Row } from './row.ts';

/** Not counted: connections are opened, code is compiled. */
const WARM_UP_SECONDS = 3;
/** Commits a second. */
const LOADED = 250;
/** Rounds of the bare delivery and then the kit: what disturbs the machine disturbs both. */
const ROUNDS = { count: 5, seconds: 3 };
/** Commits a second when there is nothing to wait for; TypeScript alone, in one run. */
const IDLE = { rate: 1, seconds: 10 };
/** About the length of a commit's message: a line for each of its facts. */
const BARE_BYTES = 700 * FACTS_PER_COMMIT;
/** DESIGN 8. */
const RATIO_BOUND = 6;
const P50_BOUND_MS = 2;
const P99_BOUND_MS = 10;
const NOT_MEASURED = { p50: Number.NaN, bareP50: Number.NaN };

/**
 * Commit to applied in another process, one kit after the other. Its baseline sends as many bytes
 * through bare JetStream to a process that verifies one signature.
 */
export async function benchDelivery(embedded: Embedded, fsyncMs: number): Promise<Row[]> {
  const bare = await BareDelivery.start(embedded.stack.nats.url, BARE_BYTES);
  const benchAll = async (): Promise<Row[]> => {
    const rows: Row[] = [];
    for (const kit of KITS) rows.push(...(await benchKit(embedded, kit, bare, fsyncMs)));
    return rows;
  };
  return endingAfter(benchAll, () => bare.close());
}

async function benchKit(
  { stack, folder, committing, progress }: Embedded,
  kit: Kit,
  bare: BareDelivery,
  fsyncMs: number,
): Promise<Row[]> {
  const listener = await Listener.start(kit, stack, join(folder, kit.name), progress);
  const run = async (rate: number, seconds: number): Promise<Round> => ({
    bareMs: await bare.run(rate, seconds),
    tookMs: await runCommits(committing, listener, rate, seconds),
  });
  const benchIdle = async (): Promise<Row[]> => {
    const { rate, seconds } = IDLE;
    await run(rate, WARM_UP_SECONDS);
    return toRows({ kit, rate, rounds: [await run(rate, seconds)], binds: false });
  };
  const benchLoaded = async (): Promise<Row[]> => {
    await run(LOADED, WARM_UP_SECONDS);
    const rounds: Round[] = [];
    while (rounds.length < ROUNDS.count) rounds.push(await run(LOADED, ROUNDS.seconds));
    return toRows({ kit, rate: LOADED, rounds, binds: fsyncMs < FSYNC_BINDS_MS });
  };
  return endingAfter(
    async () => [
      ...(kit === KITS[0] ? await progress(`${IDLE.rate} commit/s to ${kit.name}`, benchIdle) : []),
      ...(await progress(`${LOADED} commits/s to ${kit.name}`, benchLoaded)),
    ],
    () => listener.end(),
  );
}

/** Milliseconds of each message through bare JetStream, and then of each fact to the kit. */
export interface Round {
  readonly bareMs: readonly number[];
  readonly tookMs: readonly number[];
}

interface Measured {
  readonly kit: Pick<Kit, 'name'>;
  readonly rate: number;
  readonly rounds: readonly Round[];
  /** Whether milliseconds do. */
  readonly binds: boolean;
}

/** The round of the median ratio of p50, and the p99 of all rounds. */
export function toRows({ kit, rate, rounds, binds }: Measured): Row[] {
  const told = rounds.map(({ bareMs, tookMs }) => {
    const [p50, bareP50] = [quantile(tookMs, 0.5), quantile(bareMs, 0.5)];
    return { p50, bareP50, ratio: p50 / bareP50 };
  });
  const ratio = quantile(
    told.map((round) => round.ratio),
    0.5,
  );
  const { p50, bareP50 } = told.find((round) => Object.is(round.ratio, ratio)) ?? NOT_MEASURED;
  const p99 = quantile(
    rounds.flatMap(({ tookMs }) => tookMs),
    0.99,
  );
  const loaded = rate === LOADED;
  const name = `${kit.name}: commit to applied elsewhere, ${rate}/s of ${FACTS_PER_COMMIT} facts`;
  const bound = binds && loaded;
  return [
    ratioRow(`${name}, p50`, 'ms', p50, bareP50, loaded ? RATIO_BOUND : null),
    valueRow(`${name}, p50, by the clock`, 'ms', p50, bound ? P50_BOUND_MS : null),
    valueRow(`${name}, p99`, 'ms', p99, bound ? P99_BOUND_MS : null),
  ];
}

/** Milliseconds of each fact. */
async function runCommits(
  committing: Committing,
  listener: Listener,
  rate: number,
  seconds: number,
): Promise<number[]> {
  const commits: Committed[] = [];
  await openLoop(rate, seconds, async (at) => {
    commits.push(await committing.commit(at));
  });
  const appliedAtMs = await listener.hearAll(commits.flatMap(({ ids }) => ids));
  const times = await committing.timesOf(commits);
  return [...times].map(([id, atMs]) => (appliedAtMs.get(id) ?? Number.NaN) - atMs);
}

/** A kit's listening program, in a process of its own. */
class Listener {
  readonly #program: Driver;

  private constructor(program: Driver) {
    this.#program = program;
  }

  static async start(
    kit: Kit,
    stack: Stack,
    directory: string,
    progress: Progress,
  ): Promise<Listener> {
    const { file, args } = await kit.command('listen', progress);
    const listener = new Listener(new Driver(file, args));
    const start: PlaneStart = {
      registryUrl: stack.api.url,
      natsUrl: stack.nats.url,
      token: stack.readerToken,
      log: stack.log,
      root: stack.rootKey,
      directory,
    };
    await listener.#ask(start);
    return listener;
  }

  /** When each was applied; waits for those that were not yet. */
  async hearAll(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const missing = new Set(ids);
    const heard = new Map<string, number>();
    while (missing.size > 0) {
      const { applied = [] } = await this.#ask({});
      for (const [id, atMs] of applied) {
        heard.set(id, atMs);
        missing.delete(id);
      }
      if (missing.size > 0) await sleep(100);
    }
    return heard;
  }

  end(): Promise<void> {
    return this.#program.end();
  }

  async #ask(request: object): Promise<{ applied?: [string, number][] }> {
    const answer = (await this.#program.ask(request)) as
      | { applied?: [string, number][] }
      | { ended: string };
    if ('ended' in answer) throw new Error(`the listening program ended: ${answer.ended}`);
    return answer;
  }
}
