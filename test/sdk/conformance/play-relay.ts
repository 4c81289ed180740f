import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'nats';
import { shardOf } from '../../../facts/crypto/shard.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeRegistry, TOKEN } from '../support/fake-registry.ts';
import { LOG } from '../support/fact-writer.ts';
import { ROOT_KEY } from '../support/log-writer.ts';
import { Chance } from './chance.ts';
import { replay } from './expected-state.ts';
import type { Kit } from './kits.ts';
import { departureOf, refusedBy, stateOf } from './plane-state.ts';
import { HostileRelay } from './relay.ts';
import { TENANTS, TrueLog } from './true-log.ts';

/** A shard in doubt is read anew at most every 10 s, and may just have been. */
export const HEAL_WITHIN_MS = 45_000;
const BEAT_EVERY_MS = 500;

export type RelayLimits = { seed: number; rounds: number; changes: number; withinMs?: number };

export type RelayReport = {
  seed: number;
  facts: number;
  attacks: Record<string, number>;
  /** By kit, by code. */
  refused: Record<string, Record<string, number>>;
  /** From the relay's healing until all kits were right, per round. */
  healedAfterMs: number[];
};

const must = async ({ name, ask }: Kit, request: object): Promise<void> => {
  const answer = (await ask(request)) as { ok?: boolean };
  if (answer.ok !== true) throw new Error(`${name}: ${JSON.stringify(answer)}`);
};

/** Heartbeats until every kit is as the true log; throws where one still departs at the end. */
const expectTruth = async (
  kits: readonly Kit[],
  log: TrueLog,
  relay: HostileRelay,
  withinMs: number,
): Promise<void> => {
  const truth = replay(log.writer);
  const check = async (): Promise<void> => {
    await relay.heal();
    const departures = await Promise.all(
      kits.map(async (kit) => {
        const departure = departureOf(await stateOf(kit), truth);
        return departure === undefined ? [] : [`${kit.name}: ${departure}`];
      }),
    );
    const [first] = departures.flat();
    if (first !== undefined) throw new Error(first);
  };
  await eventually(check, { withinMs, everyMs: BEAT_EVERY_MS, what: 'the state of the true log' });
};

/** Planes of all kits behind a relay that attacks them, compared with the true log each round. */
export const playRelay = async (
  kits: readonly Kit[],
  natsUrl: string,
  { seed, rounds, changes, withinMs = HEAL_WITHIN_MS }: RelayLimits,
): Promise<RelayReport> => {
  const [chance, folder] = [new Chance(seed), mkdtempSync(join(tmpdir(), 'tenure-relay-'))];
  const log = new TrueLog(chance);
  const registry = new FakeRegistry(log.writer);
  const stream = await connect({ servers: natsUrl });
  const relay = new HostileRelay(stream, registry, { writer: log.writer, chance });
  const common = { registryUrl: await registry.listen(), token: TOKEN, log: LOG, root: ROOT_KEY };
  const shards = [...new Set(TENANTS.map(shardOf))];
  const healedAfterMs: number[] = [];
  try {
    await Promise.all(
      kits.map(async (kit) => {
        const directory = join(folder, kit.name);
        await must(kit, { op: 'open', ...common, natsUrl, shards, directory });
        await must(kit, { op: 'ready' });
      }),
    );
    for (let round = 0; round < rounds; round += 1) {
      for (let n = 0; n < changes; n += 1) await relay.carry(log.change());
      const healedMs = performance.now();
      await expectTruth(kits, log, relay, withinMs);
      healedAfterMs.push(Math.round(performance.now() - healedMs));
    }
    const entries = kits.map(async (kit) => [kit.name, await refusedBy(kit)] as const);
    const refused = Object.fromEntries(await Promise.all(entries));
    const { attacks } = relay;
    return { seed, facts: log.writer.facts.length, attacks, refused, healedAfterMs };
  } finally {
    await Promise.all(kits.map(({ ask }) => ask({ op: 'close' })));
    await stream.close();
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
