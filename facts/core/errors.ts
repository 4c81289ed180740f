/**
 * Why bytes are not the fact, or the part of a log, that they claim to be. Closed: readers in
 * every language give the same code for the same bytes, and `facts/spec/vectors` has a vector
 * for each.
 */
export const FACT_ERROR_CODES = [
  'line-malformed',
  'envelope-malformed',
  'payload-type-unknown',
  'signature-count',
  'signature-invalid',
  'key-unknown',
  'key-invalid',
  'payload-too-large',
  'payload-not-utf8',
  'payload-bom',
  'payload-not-json',
  'payload-not-compact',
  'payload-too-deep',
  'payload-duplicate-key',
  'payload-number',
  'payload-string',
  'payload-key-order',
  'payload-field',
  'subject-mismatch',
  'body-invalid',
  'log-mismatch',
  'epoch-mismatch',
  'tenant-mismatch',
  'shard-mismatch',
  'position-gap',
  'index-replay',
  'seq-gap',
  'seq-replay',
  'prev-mismatch',
  'inclusion-proof-invalid',
  'consistency-proof-invalid',
  'note-malformed',
  'note-signature-invalid',
  'note-key-unknown',
  'checkpoint-malformed',
  'checkpoint-origin-mismatch',
  'tile-path-malformed',
  'tile-malformed',
  'entry-bundle-malformed',
  'keyset-malformed',
  'keyset-log-mismatch',
  'keyset-version',
  'keyset-root',
  'keyset-history',
  'key-range',
  'key-closed',
  'heartbeat-malformed',
  'heartbeat-log-mismatch',
  'heartbeat-keyset',
  'heartbeat-fence',
  'heartbeat-replay',
  'heartbeat-rollback',
  'checkpoint-rollback',
  'checkpoint-fork',
  'shard-fork',
  'fact-uncovered',
  'receipt-malformed',
  'receipt-mismatch',
  'receipt-rollback',
  'receipt-time',
  'state-malformed',
  'state-log-mismatch',
  'state-keyset',
  'state-void',
  'state-rollback',
  'state-fork',
  'state-node-malformed',
  'state-hash-mismatch',
  'api-key-malformed',
] as const;

export type FactErrorCode = (typeof FACT_ERROR_CODES)[number];

/**
 * A refusal of a fact's bytes, of its place in its chains, or of what its log says. `code` is
 * stable, the text is not.
 */
export class FactError extends Error {
  readonly code: FactErrorCode;

  constructor(code: FactErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.name = 'FactError';
    this.code = code;
  }
}
