import type { DomainErrorCode } from '../domain/decision.ts';

/** A domain rule refused: permanent, and nothing was committed. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: DomainErrorCode;

  constructor(code: DomainErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The same operation and step came with another command: a bug of the caller, never an outcome. */
export class CommitKeyReusedError extends Error {
  override readonly name = 'CommitKeyReusedError';
}
