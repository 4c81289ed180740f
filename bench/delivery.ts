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
import { KITS } from './kits.ts';
import type { Kit } from './kits.ts';
import { FSYNC_BINDS_MS } from './machine.ts';
import { openLoop } from './open-loop.ts';
import { quantile, ratioRow, valueRow } from './row.ts';
import type { Row } from './row.ts';

const SECONDS = 10;
/** Not counted: connections are opened, code is compiled. */
const WARM_UP_SECONDS = 3;
/** Commits a second. */
const LOADED = 250;
const RATES = [1, LOADED];
/** About the length of a commit's message: a line for each of its facts. */
const BARE_BYTES = 700 * FACTS_PER_COMMIT;
/** DESIGN 8. */
const RATIO_BOUND = 6;
const P50_BOUND_MS = 2;
const P99_BOUND_MS = 10;

/**
 * Commit to applied in another process, one kit after the other. Its baseline sends as many bytes
 * through bare JetStream to a process that verifies one signature.
 */
export async function benchDelivery(
  { stack, folder, committing, progress }: Embedded,
  fsyncMs: number,
  { kits = KITS, seconds = SECONDS } = {},
): Promise<Row[]> {
  const baseline = await runBare(stack, seconds, progress);
  const rows: Row[] = [];
  for (const kit of kits) {
    const listener = await Listener.start(kit, stack, join(folder, kit.name), progress);
    for (const rate of kit === KITS[0] ? RATES : [LOADED]) {
      const tookMs = await progress(`${rate} commits/s to ${kit.name}`, async () => {
        await runCommits(committing, listener, rate, WARM_UP_SECONDS);
        return runCommits(committing, listener, rate, seconds);
      });
      const bareMs = baseline.get(rate) ?? [];
      rows.push(...toRows({ kit, rate, tookMs, bareMs, binds: fsyncMs < FSYNC_BINDS_MS }));
    }
    await listener.end();
  }
  return rows;
}

/** Milliseconds of each message, by rate. */
async function runBare(
  stack: Stack,
  seconds: number,
  progress: Progress,
): Promise<ReadonlyMap<number, readonly number[]>> {
  const bare = await BareDelivery.start(stack.nats.url, BARE_BYTES);
  const baseline = new Map<number, readonly number[]>();
  for (const rate of RATES) {
    const tookMs = await progress(`Bare delivery at ${rate}/s`, async () => {
      await bare.run(rate, WARM_UP_SECONDS);
      return bare.run(rate, seconds);
    });
    baseline.set(rate, tookMs);
  }
  await bare.close();
  return baseline;
}

interface Measured {
  readonly kit: Kit;
  readonly rate: number;
  readonly tookMs: readonly number[];
  readonly bareMs: readonly number[];
  /** Whether milliseconds do. */
  readonly binds: boolean;
}

function toRows({ kit, rate, tookMs, bareMs, binds }: Measured): Row[] {
  const [p50, p99] = [quantile(tookMs, 0.5), quantile(tookMs, 0.99)];
  const loaded = rate === LOADED;
  const name = `${kit.name}: commit to applied elsewhere, ${rate}/s of ${FACTS_PER_COMMIT} facts`;
  const bound = binds && loaded;
  return [
    ratioRow(`${name}, p50`, 'ms', p50, quantile(bareMs, 0.5), loaded ? RATIO_BOUND : null),
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
