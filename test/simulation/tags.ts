import { concatBytes, equalBytes, utf8 } from '../../facts/core/bytes.ts';
import { FactError } from '../../facts/core/errors.ts';
import { keyIdOf, sha256 } from '../../facts/crypto/hash.ts';
import { createOpensslSigner } from '../../facts/crypto/sign-openssl.ts';
import type { FactKey } from '../../facts/log/fact-keys.ts';
import { parseHeartbeat } from '../../facts/log/heartbeat.ts';
import type { Heartbeat } from '../../facts/log/heartbeat.ts';
import { timeName } from '../../facts/log/key-set.ts';
import type { KeySet } from '../../facts/log/key-set.ts';
import { openNote } from '../../facts/log/note.ts';
import { keyHashOf } from '../../facts/log/note-key.ts';
import { checkGrowth, checkKeySet, checkOrder } from '../../facts/log/open-heartbeat.ts';
import { checkpointIn } from '../../facts/log/open-heartbeat.ts';
import type { Signer } from '../../ports/signer.ts';
import { KeyChain } from '../../sdk/typescript/key-chain.ts';
import { LOG, signer } from '../sdk/support/fact-writer.ts';
import { keySetNote, LOG_KEY, ROOT_KEY, TIME } from '../sdk/support/log-writer.ts';

/*
 * Signatures of facts and heartbeats are faked here, and nowhere else, for speed: a tag of the
 * length of a signature. Checkpoints and the key set are signed and verified as ever.
 *
 *   tag = h || h      h = SHA-256(public key || message)
 */

const tagOf = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
  const hash = sha256(concatBytes(publicKey, message));
  return concatBytes(hash, hash);
};

const tagging = (publicKey: Uint8Array): Signer => ({
  publicKey,
  keyId: keyIdOf(publicKey),
  sign: (message) => tagOf(publicKey, message),
});

/** Seed of {@link LOG_KEY}. */
const logKey = createOpensslSigner(new Uint8Array(32).fill(23));

export const FACT_SIGNER = tagging(signer.publicKey);

/** The keys of a sequencer. */
export const SIGNERS: readonly Signer[] = [
  FACT_SIGNER,
  tagging(TIME.publicKey),
  { ...logKey, keyId: keyIdOf(LOG_KEY.publicKey) },
];

export const KEY_SET_NOTE = keySetNote();

const FIRST_NOTE = utf8(KEY_SET_NOTE);

/** What a reader knows when it starts: the first key set, and those that it has saved. */
export const keysKnowing = (saved: readonly Uint8Array[]): KeyChain => {
  const keys = new KeyChain(LOG, ROOT_KEY);
  for (const note of [FIRST_NOTE, ...saved]) keys.take(note);
  return keys;
};

const rootKey = createOpensslSigner(new Uint8Array(32).fill(21));

/** Seed of the root of {@link KEY_SET_NOTE}. */
export const ROOT_SIGNER: Signer = { ...rootKey, keyId: keyIdOf(rootKey.publicKey) };

const factKey: FactKey = {
  ...{ from: 0, to: null, void: null },
  verify: (message, tag) => equalBytes(tag, tagOf(signer.publicKey, message)),
};

export const findTaggedKey = (keyId: string): FactKey | undefined =>
  keyId === FACT_SIGNER.keyId ? factKey : undefined;

const timeKey = {
  name: timeName(LOG),
  keyHash: Buffer.from(keyHashOf(timeName(LOG), TIME.publicKey)).toString('hex'),
  verify: (message: Uint8Array, tag: Uint8Array) => equalBytes(tag, tagOf(TIME.publicKey, message)),
};

/** Every reader gets the same bytes: their text is parsed once. */
const parsed = new WeakMap<Uint8Array, Heartbeat>();

const stated = (note: Uint8Array): Heartbeat => {
  const known = parsed.get(note);
  if (known !== undefined) return known;
  const heartbeat = parseHeartbeat(openNote(note, [timeKey]).text);
  parsed.set(note, heartbeat);
  return heartbeat;
};

/** `openHeartbeat` with tags for signatures, and without the signature of the checkpoint in it. */
export const openTaggedHeartbeat = (note: Uint8Array, set: KeySet, last?: Heartbeat): Heartbeat => {
  const heartbeat = stated(note);
  if (heartbeat.log !== set.log) throw new FactError('heartbeat-log-mismatch', heartbeat.log);
  checkKeySet(heartbeat, set);
  if (last === undefined) return heartbeat;
  checkOrder(heartbeat, last);
  const older = heartbeat.epoch === last.epoch ? checkpointIn(last) : undefined;
  if (older !== undefined) checkGrowth(older, checkpointIn(heartbeat));
  return heartbeat;
};
