import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { assureKeyFile, openKeyFile, openKeyFolder } from '../../adapters/key-file/signer.ts';
import { signerContract } from './signer.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenure-key-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sharedKey = () => {
  const path = join(folder, 'fact.key');
  assureKeyFile(path);
  return path;
};

signerContract('key file, by OpenSSL', () => openKeyFile(sharedKey(), 'openssl'));
signerContract('key file, by noble', () => openKeyFile(sharedKey(), 'noble'));

test('both implementations are one signer: each confirms the other', async () => {
  const [openssl, noble] = [openKeyFile(sharedKey(), 'openssl'), openKeyFile(sharedKey(), 'noble')];
  expect(noble.keyId).toBe(openssl.keyId);
  for (const message of ['', 'a', 'DSSEv1'].map((text) => new TextEncoder().encode(text)))
    expect(await noble.sign(message)).toEqual(await openssl.sign(message));
});

describe('a key file', () => {
  test('is made for its owner alone, and never replaced', () => {
    const path = join(folder, 'kept.key');
    assureKeyFile(path);
    const first = readFileSync(path, 'utf8');
    assureKeyFile(path);
    expect(readFileSync(path, 'utf8')).toBe(first);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('folder gives a signer for each of its keys, and leaves other files alone', () => {
    const keys = mkdtempSync(join(folder, 'keys-'));
    for (const name of ['fact', 'log', 'time']) assureKeyFile(join(keys, `${name}.key`));
    writeFileSync(join(keys, 'README'), 'no key');
    const signers = openKeyFolder(keys, 'openssl');
    expect(new Set(signers.map(({ keyId }) => keyId)).size).toBe(3);
  });

  test('that others may read is refused with what to do', () => {
    const path = join(folder, 'open.key');
    assureKeyFile(path);
    chmodSync(path, 0o644);
    expect(() => openKeyFile(path)).toThrow('chmod 600');
  });

  test.each(['', 'not base64!', 'c2hvcnQ='])('that holds %j is refused, unseen', (content) => {
    const path = join(folder, 'broken.key');
    writeFileSync(path, content, { mode: 0o600 });
    expect(() => openKeyFile(path)).toThrow('must hold 32 bytes in base64');
  });
});
