import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assureKeyFile, openKeyFile } from '../adapters/key-file/signer.ts';
import { createKeySetPublishing } from '../adapters/postgres/key-sets.ts';
import { createRevocationStore } from '../adapters/postgres/revocation.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { Signer } from '../ports/signer.ts';

/** Public keys of a new log, and the root that vouches for them. */
export interface NewKeys {
  readonly root: Signer;
  readonly fact: Uint8Array;
  readonly log: Uint8Array;
  readonly time: Uint8Array;
}

/**
 * The keys of a new log: those that the sequencer holds in `keyDir`, the root in a file of its own.
 * A file that is there already stays.
 */
export function makeKeyFiles(keyDir: string, rootFile: string): NewKeys {
  mkdirSync(keyDir, { recursive: true });
  const publicKey = (role: string) => assureKey(join(keyDir, `${role}.key`)).publicKey;
  return {
    root: assureKey(rootFile),
    fact: publicKey('fact'),
    log: publicKey('log'),
    time: publicKey('time'),
  };
}

/** A key file of one change of the key set, made when it is asked for. */
export interface NewKeyFile {
  /** The same key again: the change may be tried more than once. */
  make(role: string): Uint8Array;
  /** The change was refused, so that no key set names it. */
  discard(): void;
}

export function newKeyFile(keyDir: () => string): NewKeyFile {
  let file: string | undefined;
  return {
    make: (role) => {
      // The file is there before the set names it, so that the sequencer finds it at once.
      file ??= join(keyDir(), `${role}-${randomUUID()}.key`);
      return assureKey(file).publicKey;
    },
    discard: () => {
      if (file !== undefined) rmSync(file);
    },
  };
}

/** Makes the key unless it is there. */
export function assureKey(path: string): Signer {
  assureKeyFile(path);
  return openKeyFile(path);
}

export function openKey(path: string): Signer {
  return openKeyFile(path);
}

export function composeKeySets(databaseUrl: string) {
  return createKeySetPublishing({ databaseUrl });
}

/** What a revocation works with, behind {@link composeKeySets}. */
export function composeReassertion(databaseUrl: string) {
  const store = createRevocationStore({ databaseUrl });
  return { store, clock: systemClock, close: () => store.close() };
}
