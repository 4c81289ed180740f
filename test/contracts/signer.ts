import { describe, expect, test } from '@jest/globals';
import { keyIdOf } from '../../facts/crypto/hash.ts';
import { createVerifier } from '../../facts/crypto/verify.ts';
import type { Signer } from '../../ports/signer.ts';

/** Every signer of the port runs this. */
export function signerContract(name: string, make: () => Promise<Signer> | Signer): void {
  describe(`signer contract: ${name}`, () => {
    const message = new TextEncoder().encode('DSSEv1 …');

    test('signs what the strict profile verifies under its public key', async () => {
      const signer = await make();
      const signature = await signer.sign(message);
      expect(signature).toHaveLength(64);
      expect(createVerifier(signer.publicKey)(message, signature)).toBe(true);
    });

    test('signs the same bytes alike, and other bytes otherwise', async () => {
      const signer = await make();
      const signature = await signer.sign(message);
      expect(await signer.sign(message)).toEqual(signature);
      expect(await signer.sign(message.subarray(1))).not.toEqual(signature);
    });

    test('names its key by the key itself', async () => {
      const { keyId, publicKey } = await make();
      expect(keyId).toBe(keyIdOf(publicKey));
    });
  });
}
