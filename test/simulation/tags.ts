import { concatBytes, equalBytes, utf8 } from '../../facts/core/bytes.ts';
import { FactError } from '../../facts/core/errors.ts';
import { keyIdOf, sha256 } from '../../facts/crypto/hash.ts';
import { createOpensslSigner } from '../../facts/crypto/sign-openssl.ts';
import type { FindFactKey } from '../../facts/log/fact-keys.ts';
import { parseHeartbeat } from '../../facts/log/heartbeat.ts';
import type { Heartbeat } from '../../facts/log/heartbeat.ts';
import { timeName } from '../../facts/log/key-set.ts';
import type { KeySet } from '../../facts/log/key-set.ts';
import { openNote } from '../../facts/log/note.ts';
import { openKeySet } from '../../facts/log/open-key-set.ts';
import { keyHashOf } from '../../facts/log/note-key.ts';
import { checkGrowth, checkKeySet, checkOrder } from '../../facts/log/open-heartbeat.ts';
import { checkpointIn } from '../../facts/log/open-heartbeat.ts';
import type { Signer } from '../../ports/signer.ts';
import { LOG, signer } from '../sdk/support/fact-writer.ts';
import { keySetNote, LOG_KEY, TIME } from '../sdk/support/log-writer.ts';

/*
 * Signatures of facts and heartbeats are faked here, and nowhere else, for speed: a tag of the
 * length of a signature. Checkpoints and key sets are signed and verified as ever, a key set once:
 * all readers are given the same bytes of it.
 *
 *   tag = h || h      h = SHA-256(public key || message)
 */

const tagOf = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
  const hash = sha256(concatBytes(publicKey, message));
  return concatBytes(hash, hash);
};

const tagging = (publicKey: Uint8Array) => ({
  publicKey,
  keyId: keyIdOf(publicKey),
  sign: (message: Uint8Array) => tagOf(publicKey, message),
});

const opensslSigner = (seed: number) => createOpensslSigner(new Uint8Array(32).fill(seed));

/** Seeds of {@link LOG_KEY} and of ROOT. */
const [logKey, rootKey] = [opensslSigner(23), opensslSigner(21)];

export const ROOT_SIGNER = rootKey;

/** The fact keys of a world, in the order of their use; FIRST is everybody's until one is replaced. */
const FIRST = tagging(signer.publicKey);
export const FACT_SIGNERS = [
  FIRST,
  ...[31, 32].map((seed) => tagging(opensslSigner(seed).publicKey)),
];
export const FACT_SIGNER = FIRST;

/** The keys of a sequencer. */
export const SIGNERS: readonly Signer[] = [
  ...FACT_SIGNERS,
  tagging(TIME.publicKey),
  { ...logKey, keyId: keyIdOf(LOG_KEY.publicKey) },
];

export const KEY_SET_NOTE = keySetNote();
/** With which a plane's disk begins. */
export const KEY_SET_BYTES = utf8(KEY_SET_NOTE);

/** `factKeysOf` with tags for signatures. */
export const taggedKeysOf = ({ fact }: Pick<KeySet, 'fact'>): FindFactKey => {
  const ranges = new Map(
    fact.map(({ key, ...range }) => {
      const verify = (message: Uint8Array, tag: Uint8Array) => equalBytes(tag, tagOf(key, message));
      return [keyIdOf(key), { ...range, verify }];
    }),
  );
  return (keyId) => ranges.get(keyId);
};

const opened = new WeakMap<Uint8Array, KeySet>();

const openKnownKeySet: typeof openKeySet = (note, log, trusted) => {
  const known = opened.get(note);
  if (known !== undefined && known.version === trusted.version + 1) return known;
  const set = openKeySet(note, log, trusted);
  opened.set(note, set);
  return set;
};

/** How a reader's key chain opens sets, and finds keys in them. */
export const TAGGED = { openKeySet: openKnownKeySet, factKeysOf: taggedKeysOf };

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
