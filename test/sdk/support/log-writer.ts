import { parseEnvelope } from '../../../facts/core/envelope.ts';
import { parseLine } from '../../../facts/core/line.ts';
import { FIRST_EPOCH } from '../../../facts/core/types.ts';
import { EMPTY_HASH, leafHash, runningHash } from '../../../facts/crypto/hash.ts';
import { SHARD_COUNT } from '../../../facts/crypto/shard.ts';
import { createSigner } from '../../../facts/crypto/sign.ts';
import type { FactSigner } from '../../../facts/crypto/sign.ts';
import { checkpointOrigin, formatCheckpoint } from '../../../facts/log/checkpoint.ts';
import { EMPTY_ROOT } from '../../../facts/log/hashes.ts';
import { formatHeartbeat } from '../../../facts/log/heartbeat.ts';
import type { Head } from '../../../facts/log/heads.ts';
import type { Heartbeat } from '../../../facts/log/heartbeat.ts';
import { EMPTY_STATE } from '../../../facts/log/state/pages.ts';
import { formatStateNote } from '../../../facts/log/state/note.ts';
import type { StateNote } from '../../../facts/log/state/note.ts';
import { formatKeySet, rootName, timeName } from '../../../facts/log/key-set.ts';
import type { KeyRange, KeySet } from '../../../facts/log/key-set.ts';
import { signNote } from '../../../facts/log/note.ts';
import { formatNoteKey } from '../../../facts/log/note-key.ts';
import { LOG, signer } from './fact-writer.ts';

/* Key sets and heartbeats as a registry makes them; a test overrides only what it is about. */

const signerOf = (seed: number): FactSigner => createSigner(new Uint8Array(32).fill(seed));

/** Each pair: the key of now, and the one that follows it. */
export const [ROOT, NEXT_ROOT] = [signerOf(21), signerOf(22)];
export const [LOG_KEY, NEXT_LOG_KEY] = [signerOf(23), signerOf(24)];
export const [TIME, NEXT_TIME] = [signerOf(25), signerOf(26)];
export const NEXT_FACT_KEY = signerOf(27);

/** What a reader is given beforehand. */
export const ROOT_KEY = formatNoteKey(rootName(LOG), ROOT.publicKey);

/** Open from the first on, unless overridden. */
export const rangeOf = (key: FactSigner, overrides: Partial<KeyRange> = {}): KeyRange => ({
  key: key.publicKey,
  from: 0,
  to: null,
  void: null,
  ...overrides,
});

/** Version 1: one key of each role. */
export const aKeySet = (overrides: Partial<KeySet> = {}): KeySet => ({
  log: LOG,
  version: 1,
  root: ROOT.publicKey,
  fact: [rangeOf(signer)],
  logKeys: [rangeOf(LOG_KEY)],
  time: [TIME.publicKey],
  epochs: [],
  ...overrides,
});

export const signAs = (name: string, text: string, signers: readonly FactSigner[]): string =>
  signNote(
    text,
    signers.map((one) => ({ name, signer: one })),
  );

export const keySetNote = (overrides: Partial<KeySet> = {}, roots = [ROOT]): string =>
  signAs(rootName(LOG), formatKeySet(aKeySet(overrides)), roots);

export const checkpointNote = (
  size: number,
  root = EMPTY_ROOT,
  { epoch = FIRST_EPOCH, key = LOG_KEY } = {},
): string => {
  const origin = checkpointOrigin(LOG, epoch);
  return signAs(origin, formatCheckpoint({ origin, size, root, extensions: [] }), [key]);
};

/** Empty shards, those excepted that are given. */
export const headsOf = (given: Readonly<Record<number, Head>> = {}): Head[] =>
  Array.from({ length: SHARD_COUNT }, (_, at) => given[at] ?? { count: 0, hash: EMPTY_HASH });

export const aHeartbeat = (overrides: Partial<Heartbeat> = {}): Heartbeat => ({
  log: LOG,
  epoch: FIRST_EPOCH,
  fence: 1,
  at: '2026-11-21T01:34:34.000Z',
  keySetVersion: 1,
  checkpoint: null,
  heads: headsOf(),
  ...overrides,
});

export const heartbeatNote = (overrides: Partial<Heartbeat> = {}, key = TIME): string =>
  signAs(timeName(LOG), formatHeartbeat(aHeartbeat(overrides)), [key]);

/** Of an empty log, unless overridden. */
export const aStateNote = (overrides: Partial<StateNote> = {}): StateNote => ({
  log: LOG,
  epoch: FIRST_EPOCH,
  size: 0,
  keySetVersion: 1,
  root: EMPTY_STATE,
  heads: headsOf(),
  ...overrides,
});

/** By a log key, which is named as in the epoch's checkpoints. */
export const stateNote = (overrides: Partial<StateNote> = {}, key = LOG_KEY): string => {
  const note = aStateNote(overrides);
  return signAs(checkpointOrigin(LOG, note.epoch), formatStateNote(note), [key]);
};

/** The head that a heartbeat states of a shard with these lines. */
export const headOfLines = (lines: readonly string[]): Head => ({
  count: lines.length,
  hash: lines
    .map((line) => leafHash(parseEnvelope(parseLine(line).envelope).payload))
    .reduce(runningHash, EMPTY_HASH),
});
