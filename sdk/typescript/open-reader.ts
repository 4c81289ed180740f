import { mkdirSync } from 'node:fs';
import { runVerifySelfTest } from '../../facts/crypto/verify-self-test.ts';
import { lockDirectory } from './directory-lock.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { Events } from './events.ts';
import { createFolderSource, folderOf } from './folder-source.ts';
import { followedShards } from './followed-shards.ts';
import type { FollowingParts, PlaneSurroundings } from './following.ts';
import { FreshnessClock, SYSTEM_CLOCK } from './freshness-clock.ts';
import type { Clock } from './freshness-clock.ts';
import { HeartbeatGate } from './heartbeat-gate.ts';
import { Journal } from './journal.ts';
import { KeyChain } from './key-chain.ts';
import { openLiveSource } from './live-source.ts';
import { createHttpSource } from './registry-source.ts';
import { restore } from './restore.ts';
import { SavedNotes } from './saved-notes.ts';
import { ShardSet } from './shard-set.ts';
import type { ShardSetParts } from './shard-set.ts';
import type { PlaneOptions } from './types.ts';

/** A reader's state as its directory holds it, ready to follow. */
export type ReaderParts = FollowingParts & { journal: Journal; lock: DirectoryLock };

/** Verifies what the directory holds; `made`: what becomes of the facts. Rejects as openPlane. */
export const openReader = async (
  options: Pick<PlaneOptions, 'log' | 'root' | 'shards' | 'directory' | 'expiry' | 'snapshots'>,
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
    // Who keeps a ledger is told every fact, and a snapshot tells none.
    const rests = options.snapshots !== false && made.ledger === undefined;
    const directory = rests ? options.directory : undefined;
    await restore({ directory, keys, gate, shards, notes, events });
    const savedMs = notes.knownAtMs();
    const freshness = new FreshnessClock(clock, followed, savedMs, options.expiry);
    shards.packed.openInBackground();
    return { directory, keys, gate, events, shards, journal, notes, freshness, lock };
  } catch (error) {
    lock.release();
    throw error;
  }
};

/** Gives the directory free. */
export const closeReader = ({ shards, journal, lock }: ReaderParts): void => {
  shards.close();
  journal.close();
  lock.release();
};

/** The registry over HTTP or its folder, NATS when it is given, and the machine's clocks. */
export const surroundingsOf = ({
  registryUrl,
  token,
  natsUrl,
  receipts,
}: Pick<PlaneOptions, 'registryUrl' | 'token' | 'natsUrl' | 'receipts'>): PlaneSurroundings => {
  const folder = folderOf(registryUrl);
  if (folder === undefined) {
    return {
      source: createHttpSource(registryUrl, token),
      openLive:
        natsUrl === undefined
          ? undefined
          : (shards, handlers) => openLiveSource(natsUrl, shards, handlers),
      clock: SYSTEM_CLOCK,
    };
  }
  if (receipts !== undefined) {
    throw new TypeError('A folder takes no receipts: leave them out, or give a registry.');
  }
  return { source: createFolderSource(folder), openLive: undefined, clock: SYSTEM_CLOCK };
};
