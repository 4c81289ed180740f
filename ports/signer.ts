/**
 * Signs facts. Only the sequencer's process holds one (DESIGN 3, "Who signs").
 * Errors: rejects when the key cannot be used; nothing is published then.
 */
export interface Signer {
  /** Short stable name of the key, as data planes know it: first 16 hex digits of SHA-256(key). */
  readonly keyId: string;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64-byte signature over `message` (the PAE). */
  sign(message: Uint8Array): Promise<Uint8Array> | Uint8Array;
}
