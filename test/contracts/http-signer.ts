import { keyIdOf } from '../../facts/crypto/hash.ts';
import type { Signer } from '../../ports/signer.ts';

/** A batch of facts waits for it, and is tried again. */
const deadlineMs = 5_000;
const signatureBytes = 64;

/** Signs with a key that never leaves its service; `keyUrl` is where it is. */
export async function createHttpSigner(keyUrl: string, token: string): Promise<Signer> {
  const ask = async (path: string, body?: Uint8Array): Promise<Uint8Array> => {
    const response = await fetch(`${keyUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(deadlineMs),
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    if (!response.ok) throw new Error(`the key service answers ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const publicKey = await ask('/public-key');
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: async (message) => {
      const signature = await ask('/sign', message);
      if (signature.length === signatureBytes) return signature;
      throw new Error(`the key service gave ${signature.length} bytes, no Ed25519 signature`);
    },
  };
}
