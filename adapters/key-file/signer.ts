import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64, toBase64 } from '../../facts/core/bytes.ts';
import { keyIdOf } from '../../facts/crypto/hash.ts';
import { createSigner, SEED_BYTES } from '../../facts/crypto/sign.ts';
import { createOpensslSigner } from '../../facts/crypto/sign-openssl.ts';
import type { Signer } from '../../ports/signer.ts';

/** Only the owner may read or write it. */
const KEY_FILE_MODE = 0o600;
const OTHERS = 0o077;
const SUFFIX = '.key';

/** Who computes a signature; the bytes are the same (ADR 0017). */
export type Implementation = 'openssl' | 'noble';
const CREATE = { openssl: createOpensslSigner, noble: createSigner };

/** A signer by a file that holds one base64 line: the 32-byte seed of RFC 8032. */
export function openKeyFile(path: string, implementation: Implementation = 'openssl'): Signer {
  const mode = statSync(path).mode;
  if ((mode & OTHERS) !== 0)
    throw new Error(`the key file ${path} is open to others: run chmod 600 on it`);
  const seed = fromBase64(readFileSync(path, 'utf8').trim());
  if (seed?.length !== SEED_BYTES)
    throw new Error(`the key file ${path} must hold ${SEED_BYTES} bytes in base64`);
  const { publicKey, sign } = CREATE[implementation](seed);
  return { keyId: keyIdOf(publicKey), publicKey, sign };
}

/** Every `*.key` of a folder: the key set says which of them signs what, and from where on. */
export function openKeyFolder(path: string, implementation: Implementation): Signer[] {
  const names = readdirSync(path).filter((name) => name.endsWith(SUFFIX));
  return names.map((name) => openKeyFile(join(path, name), implementation));
}

/** Makes a new key, unless there is one already: a log must not lose its key by a restart. */
export function assureKeyFile(path: string): void {
  try {
    const seed = toBase64(randomBytes(SEED_BYTES));
    // On the disk before anybody is told of it: a key set may name it a moment later.
    writeFileSync(path, `${seed}\n`, { mode: KEY_FILE_MODE, flag: 'wx', flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
