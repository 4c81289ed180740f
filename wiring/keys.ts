import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { assureKeyFile, openKeyFile } from '../adapters/key-file/signer.ts';
import { createKeySetPublishing } from '../adapters/postgres/key-sets.ts';
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
