import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { utf8 } from '../../facts/core/bytes.ts';

/*
 * A sealed value (AES-256-GCM, NIST SP 800-38D), bound to its place by the additional data, so that
 * a row that is moved to another tenant or name does not open:
 *
 *   0x01 || nonce (12 bytes) || ciphertext || tag (16 bytes)      data = "<tenant>/<name>"
 */
const ALGORITHM = 'aes-256-gcm';
const VERSION = 1;
export const SEALING_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Seal {
  seal(tenant: string, name: string, value: string): Buffer;
  /** Throws when the key, the tenant or the name is another one, or the bytes were changed. */
  open(tenant: string, name: string, sealed: Uint8Array): string;
}

/** `key`: 32 bytes. */
export function createSeal(key: Uint8Array): Seal {
  if (key.length !== SEALING_KEY_BYTES) {
    throw new TypeError(`a sealing key has ${SEALING_KEY_BYTES} bytes, not ${key.length}`);
  }
  return {
    seal: (tenant, name, value) => {
      // Random nonces are safe for 2^32 values of one key (SP 800-38D, 8.3).
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(placeOf(tenant, name));
      const ciphertext = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, ciphertext, cipher.getAuthTag()]);
    },
    open: (tenant, name, sealed) => {
      try {
        return open(key, placeOf(tenant, name), sealed);
      } catch (cause) {
        throw new Error(`the secret ${name} of tenant ${tenant} does not open`, { cause });
      }
    },
  };
}

function open(key: Uint8Array, place: Uint8Array, sealed: Uint8Array): string {
  if (sealed[0] !== VERSION) throw new Error('another version of sealing');
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(place);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const ciphertext = sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
}

function placeOf(tenant: string, name: string): Uint8Array {
  return utf8(`${tenant}/${name}`);
}
