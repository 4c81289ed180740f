import { connect } from 'nats';
import { shardOf } from '../../../facts/crypto/shard.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeRegistry, TOKEN } from '../support/fake-registry.ts';
import { LOG } from '../support/fact-writer.ts';
import { ROOT_KEY } from '../support/log-writer.ts';
import { stateOf } from '../support/state-writer.ts';
import { Chance } from './chance.ts';
import { replay } from './expected-state.ts';
import { HOSTILE_SNAPSHOTS } from './hostile-snapshots.ts';
import type { HostileSnapshot } from './hostile-snapshots.ts';
import type { Kit } from './kits.ts';
import { HostileRelay } from './relay.ts';
import { RelayPlanes } from './relay-planes.ts';
import { TENANTS, TrueLog } from './true-log.ts';

/** A shard in doubt is read anew at most every 10 s, and may just have been. */
export const HEAL_WITHIN_MS = 45_000;
const BEAT_EVERY_MS = 500;
/** The true log has hundreds of lines, and planes begin with the first of them again and again. */
const PAGE_LINES = 64;

export type RelayLimits = {
  seed: number;
  rounds: number;
  changes: number;
  withinMs?: number;
  /** By name; each is served once, when planes boot. */
  snapshots?: Record<string, HostileSnapshot>;
};

export type RelayReport = {
  seed: number;
  facts: number;
  attacks: Record<string, number>;
  /** What planes booted from. */
  snapshots: string[];
  /** By kit: how many of them were taken, being true. */
  resting: Record<string, number>;
  /** By kit, by code. */
  refused: Record<string, Record<string, number>>;
  /** From the relay's healing until all kits were right, per round. */
  healedAfterMs: number[];
};

class Play {
  readonly snapshots: string[] = [];
  readonly chance: Chance;
  readonly log: TrueLog;
  readonly registry: FakeRegistry;
  readonly #withinMs: number;

  constructor({ seed, withinMs = HEAL_WITHIN_MS }: RelayLimits) {
    this.chance = new Chance(seed);
    this.log = new TrueLog(this.chance);
    this.registry = new FakeRegistry(this.log.writer);
    this.registry.pageLines = PAGE_LINES;
    this.#withinMs = withinMs;
  }

  /** Heartbeats until every kit is as the true log; throws where one still departs at the end. */
  async expectTruth(planes: RelayPlanes, relay: HostileRelay): Promise<void> {
    const truth = replay(this.log.writer);
    const check = async (): Promise<void> => {
      await relay.heal();
      await planes.assureTruth(truth);
    };
    const limits = { withinMs: this.#withinMs, everyMs: BEAT_EVERY_MS };
    await eventually(check, { ...limits, what: 'the state of the true log' });
  }

  /** The snapshots' server lies from now on, by this name. */
  serve(name: string, hostile: HostileSnapshot): void {
    const { chance, registry, log } = this;
    const older = stateOf(log.writer);
    log.change();
    const scene = { older, newest: stateOf(log.writer), writer: log.writer, chance };
    registry.state = hostile(scene);
    this.snapshots.push(name);
  }
}

/** Those that come in this round of so many: each comes in one. */
const ofRound = <T>(all: readonly T[], round: number, rounds: number): T[] =>
  all.filter((_, at) => at % rounds === round);

/** Planes of all kits behind a relay that attacks them, compared with the true log each round. */
export const playRelay = async (
  kits: readonly Kit[],
  natsUrl: string,
  limits: RelayLimits,
): Promise<RelayReport> => {
  const { seed, rounds, changes, snapshots = HOSTILE_SNAPSHOTS } = limits;
  const play = new Play(limits);
  const { log, registry, chance } = play;
  const stream = await connect({ servers: natsUrl });
  const relay = new HostileRelay(stream, registry, { writer: log.writer, chance });
  const common = { registryUrl: await registry.listen(), token: TOKEN, log: LOG, root: ROOT_KEY };
  const shards = [...new Set(TENANTS.map(shardOf))];
  const planes = new RelayPlanes(kits, { ...common, natsUrl, shards });
  const healedAfterMs: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, hostile] of ofRound(Object.entries(snapshots), round, rounds)) {
        play.serve(name, hostile);
        await planes.boot();
        await play.expectTruth(planes, relay);
        await planes.assureSameRefusals();
      }
      for (let n = 0; n < changes; n += 1) await relay.carry(log.change());
      const healedMs = performance.now();
      await play.expectTruth(planes, relay);
      healedAfterMs.push(Math.round(performance.now() - healedMs));
    }
    await planes.count();
    const [{ attacks }, facts] = [relay, log.writer.facts.length];
    const { refused, resting } = planes;
    return { seed, facts, attacks, snapshots: play.snapshots, resting, refused, healedAfterMs };
  } finally {
    await planes.end();
    await stream.close();
    await registry.close();
  }
};
