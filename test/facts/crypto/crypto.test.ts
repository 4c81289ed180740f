import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { verify as laxVerify } from '@noble/ed25519';
import { fromHex, toBase64Url, toHex, utf8 } from '../../../facts/core/bytes.ts';
import { checkNext, EMPTY_HEAD } from '../../../facts/core/chain.ts';
import { EMPTY_HASH, keyIdOf, leafHash, runningHash, sha256 } from '../../../facts/crypto/hash.ts';
import { factId, uuidV5 } from '../../../facts/crypto/ids.ts';
import { runSelfTest } from '../../../facts/crypto/self-test.ts';
import { shardName, shardOf } from '../../../facts/crypto/shard.ts';
import { createSigner } from '../../../facts/crypto/sign.ts';
import { createVerifier } from '../../../facts/crypto/verify.ts';
import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import { LOG, OPERATION, TENANT, codeOf } from '../samples.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const signer = createSigner(new Uint8Array(32).fill(7));

test('the self-test passes on this build', () => {
  expect(runSelfTest).not.toThrow();
});

test('what the signer signs, OpenSSL without our precheck also takes', () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(signer.publicKey) };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  for (let round = 0; round < 20; round += 1) {
    const message = utf8(`message ${round}`);
    expect(verify(null, message, key, signer.sign(message))).toBe(true);
  }
});

test('a signature holds for its message and key only', () => {
  const check = createVerifier(signer.publicKey);
  const message = utf8('hello');
  const signature = signer.sign(message);
  expect(check(message, signature)).toBe(true);
  expect(check(utf8('hellp'), signature)).toBe(false);
  expect(check(message, signature.subarray(1))).toBe(false);
  expect(createVerifier(createSigner(new Uint8Array(32)).publicKey)(message, signature)).toBe(
    false,
  );
  for (let at = 0; at < 64; at += 1) {
    const mutant = Uint8Array.from(signature);
    mutant[at] = (mutant[at] ?? 0) ^ 1;
    expect(check(message, mutant)).toBe(false);
  }
});

// Negative control: without the precheck such a key signs everything (newer Node refuses by itself,
// Node 20 does not; noble's default shows it everywhere).
test('a small-order key is refused, though others take its forgeries', () => {
  const identity = hex(`01${'00'.repeat(31)}`);
  const forgery = hex(`01${'00'.repeat(63)}`);
  expect(laxVerify(forgery, utf8('anything'), identity)).toBe(true);
  expect(codeOf(() => createVerifier(identity))).toBe('key-invalid');
});

test('hashes are as the specification draws them', () => {
  const leaf = leafHash(utf8('{}'));
  expect(toHex(leaf)).toBe('c5c9d7405a164f53241ddb74158c0c075f58b6c1b34a869ea92e3bdca4430b82');
  const both = new Uint8Array(64);
  both.set(leaf, 32);
  expect(runningHash(EMPTY_HASH, leaf)).toEqual(sha256(both));
  expect(keyIdOf(signer.publicKey)).toHaveLength(32);
});

test('UUIDv5 is as in RFC 9562, appendix A.4', () => {
  expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  );
});

test('a retry makes the same fact id, and nothing else does', () => {
  const id = factId(LOG, OPERATION, 'activate', 0);
  expect(factId(LOG, OPERATION, 'activate', 0)).toBe(id);
  expect(factId(LOG, OPERATION, 'activate', 1)).not.toBe(id);
  expect(factId('tenure.example/other', OPERATION, 'activate', 0)).not.toBe(id);
});

test('a shard is the first byte of SHA-256 over the 16 bytes', () => {
  expect(shardOf(PLATFORM_TENANT)).toBe(sha256(new Uint8Array(16))[0]);
  expect(shardName(shardOf(PLATFORM_TENANT))).toBe('37');
  expect(shardName(5)).toBe('05');
  expect(() => shardOf('acme')).toThrow(TypeError);
});

test('a chain goes on by exactly one, from exactly that hash', () => {
  const head = { seq: 4, hash: 'H' };
  const next = (seq: number, prev: string) => () => checkNext({ tenant: TENANT, seq, prev }, head);
  expect(codeOf(next(5, 'H'))).toBeUndefined();
  expect(codeOf(next(4, 'H'))).toBe('seq-replay');
  expect(codeOf(next(6, 'H'))).toBe('seq-gap');
  expect(codeOf(next(5, 'X'))).toBe('prev-mismatch');
  expect(codeOf(() => checkNext({ tenant: TENANT, seq: 1, prev: 'X' }, EMPTY_HEAD))).toBe(
    'prev-mismatch',
  );
});
