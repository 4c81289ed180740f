import { mkdirSync } from 'node:fs';
import { FactError } from '../../facts/core/errors.ts';
import { runVerifySelfTest } from '../../facts/crypto/verify-self-test.ts';
import { lockDirectory } from './directory-lock.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { Events } from './events.ts';
import { followedShards } from './followed-shards.ts';
import { refusalOf } from './following.ts';
import type { FollowingParts, PlaneSurroundings } from './following.ts';
import { FreshnessClock, SYSTEM_CLOCK } from './freshness-clock.ts';
import type { Clock } from './freshness-clock.ts';
import { HeartbeatGate } from './heartbeat-gate.ts';
import { Journal } from './journal.ts';
import { KeyChain } from './key-chain.ts';
import { openLiveSource } from './live-source.ts';
import { createHttpSource } from './registry-source.ts';
import { SavedNotes } from './saved-notes.ts';
import { ShardSet } from './shard-set.ts';
import type { ShardSetParts } from './shard-set.ts';
import type { PlaneOptions } from './types.ts';

/** A reader's state as its directory holds it, ready to follow. */
export type ReaderParts = FollowingParts & { journal: Journal; lock: DirectoryLock };

/** What the disk holds of keys and heartbeats; what is refused there is learned again. */
const restore = (
  keys: KeyChain,
  gate: HeartbeatGate,
  shards: ShardSet,
  notes: SavedNotes,
): void => {
  try {
    for (const note of notes.keySets()) keys.take(note);
    const saved = notes.heartbeat();
    const heartbeat = saved === undefined ? undefined : gate.take(saved);
    if (heartbeat !== undefined) shards.heartbeat(heartbeat.heads);
  } catch (error) {
    if (!(error instanceof FactError)) throw error;
    shards.refuse([refusalOf(error, 'disk')]);
  }
};

/** Verifies what the directory holds; `made`: what becomes of the facts. Rejects as openPlane. */
export const openReader = async (
  options: Pick<PlaneOptions, 'log' | 'root' | 'shards' | 'directory' | 'expiry'>,
  clock: Clock,
  made: Pick<ShardSetParts, 'index' | 'ledger'>,
): Promise<ReaderParts> => {
  runVerifySelfTest();
  const keys = new KeyChain(options.log, options.root);
  const trust = { log: options.log, findKey: (keyId: string) => keys.find(keyId) };
  const followed = followedShards(options.shards);
  mkdirSync(options.directory, { recursive: true });
  const events = new Events();
  const lock = lockDirectory(options.directory, (error) => events.emit('journal', error));
  try {
    const [journal, notes] = [new Journal(options.directory), new SavedNotes(options.directory)];
    const gate = new HeartbeatGate(keys);
    const shards = new ShardSet(followed, { trust, journal, events, ...made });
    restore(keys, gate, shards, notes);
    await shards.load();
    const savedMs = notes.knownAtMs();
    const freshness = new FreshnessClock(clock, followed, savedMs, options.expiry);
    return { keys, gate, events, shards, journal, notes, freshness, lock };
  } catch (error) {
    lock.release();
    throw error;
  }
};

/** Gives the directory free. */
export const closeReader = ({ journal, lock }: ReaderParts): void => {
  journal.close();
  lock.release();
};

/** The registry over HTTP, NATS when it is given, and the machine's clocks. */
export const surroundingsOf = ({
  registryUrl,
  token,
  natsUrl,
}: Pick<PlaneOptions, 'registryUrl' | 'token' | 'natsUrl'>): PlaneSurroundings => ({
  source: createHttpSource(registryUrl, token),
  openLive:
    natsUrl === undefined
      ? undefined
      : (shards, handlers) => openLiveSource(natsUrl, shards, handlers),
  clock: SYSTEM_CLOCK,
});
