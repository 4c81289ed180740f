import { parseEnvelope } from '../core/envelope.ts';
import { FactError } from '../core/errors.ts';
import { preAuthEncoding } from '../core/pae.ts';
import { parsePayload } from '../core/payload.ts';
import type { Fact } from '../core/types.ts';
import { entryHash } from './hash.ts';
import type { Verifier } from './verify.ts';

/** Verifier of a key id; undefined for a key that the reader does not trust. */
export type FindVerifier = (keyId: string) => Verifier | undefined;

export type OpenedFact = {
  fact: Fact;
  /** The key that signed it. */
  keyId: string;
  /** Leaf hash, 32 bytes. */
  leaf: Uint8Array;
};

/**
 * Envelope, then key, then signature, and only then the payload, from the very buffer that was
 * verified (DESIGN 3). Throws a FactError. The fact's place and body are for the caller to check.
 */
export const openEnvelope = (text: string, findVerifier: FindVerifier): OpenedFact => {
  const { payload, keyId, signature } = parseEnvelope(text);
  const verify = findVerifier(keyId);
  if (verify === undefined) throw new FactError('key-unknown', keyId);
  const signed = preAuthEncoding(payload);
  if (!verify(signed, signature)) {
    throw new FactError('signature-invalid', `by key ${keyId}`);
  }
  return { fact: parsePayload(payload), keyId, leaf: entryHash(signed) };
};
