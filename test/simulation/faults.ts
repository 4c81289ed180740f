import { toBase64Url } from '../../facts/core/bytes.ts';
import { formatEnvelope } from '../../facts/core/envelope.ts';
import { formatLine } from '../../facts/core/line.ts';
import { preAuthEncoding } from '../../facts/core/pae.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { GENESIS_PREV } from '../../facts/core/types.ts';
import { factId } from '../../facts/crypto/ids.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import { parseCheckpoint } from '../../facts/log/checkpoint.ts';
import { textOfNote } from '../../facts/log/note.ts';
import { LOG } from '../sdk/support/fact-writer.ts';
import { calmWeather } from './host.ts';
import { recoverWorld } from './operator.ts';
import { FACT_SIGNER } from './tags.ts';
import { SHARDS, TENANTS } from './tenants.ts';
import type { Rows } from './virtual-postgres.ts';
import type { World } from './world.ts';

type Fault = (world: World, forMs: number) => void;

const crashSequencer: Fault = (world, forMs) => {
  const at = world.dice.between(0, world.sequencers.length);
  world.trace(`sequencer ${at} crashes for ${forMs} ms`);
  world.sequencers[at]?.crash();
  world.scheduler.after(forMs, () => world.startSequencer(at));
};

const pauseLeader: Fault = (world, forMs) => {
  const host = world.lock.leader ?? world.dice.pick(world.sequencers).host;
  world.trace(`${host.name} stands still for ${forMs} ms`);
  host.pause();
  world.scheduler.after(forMs, () => host.resume());
};

const cutLeader: Fault = (world, forMs) => cut(world, world.dice.pick(world.sequencers), forMs);

const stopStream: Fault = (world, forMs) => {
  world.trace(`NATS is down for ${forMs} ms`);
  world.stream.isUp = false;
  world.scheduler.after(forMs, () => {
    world.stream.isUp = true;
    for (const reader of world.readers) reader.reconnected();
  });
};

const loseTail: Fault = (world) => {
  // What a restored backup lacks has to be somewhere.
  if (world.postgres.isBackup) return;
  const [count, keepsWindow] = [world.dice.between(1, 6), world.dice.chance(0.5)];
  world.trace(`the stream loses ${count} of ${world.stream.size} messages`);
  world.stream.loseTail(count, keepsWindow);
};

const crashReader: Fault = (world, forMs) => {
  const at = world.dice.between(0, world.readers.length);
  world.trace(`reader ${at} crashes for ${forMs} ms`);
  world.crashReader(at);
  world.scheduler.after(forMs, () => {
    if (world.readers[at]?.host.isDead) world.startReader(at);
  });
};

const cutReader: Fault = (world, forMs) => {
  const reader = world.dice.pick(world.readers);
  cut(world, reader, forMs);
  world.scheduler.after(forMs, () => reader.reconnected());
};

const slowReader: Fault = (world, forMs) => {
  const { host } = world.dice.pick(world.readers);
  world.trace(`${host.name} is slow for ${forMs} ms`);
  host.slowness = world.dice.pick([20, 200]);
  world.scheduler.after(forMs, () => (host.slowness = 1));
};

const badWeather: Fault = (world, forMs) => {
  const { dice, weather } = world;
  world.trace(`bad weather for ${forMs} ms`);
  weather.lossOfCalls = dice.pick([0, 0.1, 0.3]);
  weather.lossOfMessages = dice.pick([0.1, 0.3, 0.6]);
  weather.messageDelayMs = dice.pick([4, 100, 1_500]);
  world.scheduler.after(forMs, () => Object.assign(weather, calmWeather()));
};

/** An older backup answers for a while, as a person's mistake; then the newest is put back. */
const restoreBackup: Fault = (world, forMs) => {
  const { postgres, scheduler } = world;
  const backup = postgres.rows.copy();
  scheduler.after(forMs / 2, () => {
    if (!isKnownElsewhere(world, backup) || postgres.incarnation > 0 || !world.isFaulty) return;
    world.trace(`a backup of ${backup.facts.length} facts answers for ${forMs} ms`);
    const newest: Rows = postgres.rows;
    postgres.replace(backup);
    postgres.isBackup = true;
    scheduler.after(forMs / 2, () => {
      postgres.isBackup = false;
      postgres.replace(newest);
    });
  });
};

/** An older backup is all that is left, and a person recovers it, with the root at hand. */
const loseDatabase: Fault = (world, forMs) => {
  const { postgres, scheduler } = world;
  const backup = postgres.rows.copy();
  scheduler.after(forMs / 2, () => {
    if (!isKnownElsewhere(world, backup) || postgres.incarnation > 0 || !world.isFaulty) return;
    // The operator of these worlds has no copy of a key set that the backup lacks.
    if (postgres.rows.keySets.length > backup.keySets.length) return;
    if (world.dice.chance(0.5)) world.stream.loseTail(world.stream.size, false);
    if (!isKnownElsewhere(world, backup)) return;
    world.trace(`a backup of ${backup.facts.length} facts is all that is left`);
    postgres.replace(backup);
    postgres.isBackup = true;
    scheduler.after(forMs / 2, () => void recoverWorld(world));
  });
};

/**
 * By the checkpoint that is kept outside, or, what is younger than that, by the stream: unless its
 * lines are signed by a key that the backup does not know (ADR 21).
 */
const isKnownElsewhere = ({ checkpoints, stream, postgres }: World, backup: Rows): boolean => {
  const kept = checkpoints.kept.at(-1);
  if (kept !== undefined && sizeOf(kept) > backup.facts.length) return true;
  if (postgres.rows.keySets.length > backup.keySets.length) return false;
  return SHARDS.some((shard) => stream.lastPosition(shard) > (backup.shards[shard]?.count ?? 0));
};

/** Who stole the key and may publish adds a fact that the registry never committed. */
const forgeFact: Fault = (world) => {
  const { postgres, dice } = world;
  const tenant = dice.pick(TENANTS);
  const shard = shardOf(tenant);
  const last = postgres.rows.facts.findLast((fact) => fact.tenant === tenant);
  const prev = last === undefined ? GENESIS_PREV : toBase64Url(last.leafHash);
  const id = factId(LOG, tenant, 'forged', world.forged.size);
  const seq = (last?.seq ?? 0) + 1;
  const payload = encodePayload(world.committer.factOf(tenant, { seq, prev, id }));
  const signature = FACT_SIGNER.sign(preAuthEncoding(payload)) as Uint8Array;
  const envelope = formatEnvelope({ payload, keyId: FACT_SIGNER.keyId, signature });
  const position = (postgres.rows.shards[shard]?.count ?? 0) + 1;
  const index = postgres.rows.facts.length + dice.between(0, 3);
  world.trace(`somebody forges ${id} at ${position} of shard ${shard}`);
  world.forged.add(id);
  const lines = [formatLine({ position, index, envelope })];
  // As core NATS delivers it; in the stream the duplicates' window would be the attacker's.
  for (const subscriber of world.stream.subscribers)
    subscriber.message({ sequence: world.stream.size + 1, shard, lines, id });
};

const sizeOf = (note: string): number =>
  parseCheckpoint(textOfNote(new TextEncoder().encode(note))).size;

function cut(world: World, { host }: { host: World['readers'][number]['host'] }, forMs: number) {
  world.trace(`${host.name} is cut off for ${forMs} ms`);
  host.isCut = true;
  world.scheduler.after(forMs, () => (host.isCut = false));
}

/** Named more than once: more often. */
const FAULTS: readonly Fault[] = [
  ...[crashSequencer, pauseLeader, cutLeader, stopStream, loseTail, loseTail, crashReader],
  ...[cutReader, slowReader, badWeather, badWeather, restoreBackup, loseDatabase, forgeFact],
];

/** Lets some of them happen, each for a while; all are over at `untilMs`. */
export function scheduleFaults(world: World, untilMs: number): void {
  const { dice, scheduler } = world;
  for (let count = dice.between(2, 7); count > 0; count -= 1) {
    const fault = dice.pick(FAULTS);
    const atMs = dice.between(500, untilMs - 500);
    const forMs = dice.between(100, Math.min(4_000, untilMs - atMs));
    scheduler.after(atMs, () => fault(world, forMs));
  }
}
