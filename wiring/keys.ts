import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { assureKeyFile, openKeyFile } from '../adapters/key-file/signer.ts';
import { createKeySetPublishing } from '../adapters/postgres/key-sets.ts';
import type { Signer } from '../ports/signer.ts';

/** Keys that the sequencer holds; the root is kept elsewhere, offline. */
export const KEY_ROLES = ['fact', 'log', 'time'] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

/** The keys of a new log, by their roles; those that are there already stay. */
export function assureKeyFiles(keyDir: string): Readonly<Record<KeyRole, Signer>> {
  mkdirSync(keyDir, { recursive: true });
  const open = (role: KeyRole) => assureKey(join(keyDir, `${role}.key`));
  return { fact: open('fact'), log: open('log'), time: open('time') };
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
