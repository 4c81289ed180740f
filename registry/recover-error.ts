/**
 * - `no-key-set`: the database knows no key by which anything could be verified.
 * - `key-sets-missing`: the checkpoint was signed by keys that neither database nor sources name.
 * - `source-unreadable`: a place to look at does not answer. Transient.
 * - `facts-missing`: nobody has them; the root may begin a new epoch.
 * - `other-facts`: what the database holds, or would hold, is not what was signed.
 */
export type RecoverErrorCode =
  | 'no-key-set'
  | 'key-sets-missing'
  | 'source-unreadable'
  | 'facts-missing'
  | 'other-facts';

export class RecoverError extends Error {
  override readonly name = 'RecoverError';
  readonly code: RecoverErrorCode;

  constructor(code: RecoverErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
