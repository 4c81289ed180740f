import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fromBase64Url } from '../../facts/core/bytes.ts';
import { FactError } from '../../facts/core/errors.ts';
import { createNoteVerifier } from '../../facts/log/note-key.ts';
import { isPlaneName, planeKeyName } from '../../facts/log/receipt.ts';
import type { ReceiptOptions, ReceiptSigner } from './types.ts';

/** The key in a PEM file (PKCS #8, as `openssl genpkey -algorithm ed25519` writes it). */
const signerOfFile = (path: string): ReceiptSigner => {
  try {
    const key = createPrivateKey(readFileSync(path));
    const { x } = createPublicKey(key).export({ format: 'jwk' });
    const publicKey = fromBase64Url(x ?? '');
    if (key.asymmetricKeyType !== 'ed25519' || publicKey === undefined) {
      throw new TypeError(`${key.asymmetricKeyType} is not ed25519`);
    }
    return { publicKey, sign: (message) => new Uint8Array(sign(null, message, key)) };
  } catch (cause) {
    throw new FactError('key-invalid', `${path} is no Ed25519 private key in PEM`, { cause });
  }
};

/** Throws `key-invalid` for a name or a key that no receipt can be signed with. */
export const receiptSignerOf = (log: string, { name, key }: ReceiptOptions): ReceiptSigner => {
  if (!isPlaneName(name)) throw new FactError('key-invalid', `${name} is no name of a plane`);
  const signer = typeof key === 'string' ? signerOfFile(key) : key;
  createNoteVerifier(planeKeyName(log, name), signer.publicKey);
  return signer;
};
