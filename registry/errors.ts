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

/** Something of an erased tenant is still there; `message` names what, and where. */
export class ResidueError extends Error {
  override readonly name = 'ResidueError';
  readonly code = 'residue-found';
}

/** The same operation and step came with another command: a bug of the caller, never an outcome. */
export class CommitKeyReusedError extends Error {
  override readonly name = 'CommitKeyReusedError';
}

export const PLANE_REFUSALS = [
  'key-invalid',
  'note-malformed',
  'note-key-unknown',
  'note-signature-invalid',
  'receipt-malformed',
  'receipt-mismatch',
  'receipt-rollback',
  'receipt-time',
] as const;
export type PlaneRefusal = (typeof PLANE_REFUSALS)[number];

/** A plane's key or receipt does not hold (facts-v1, "Receipts"): permanent, nothing was kept. */
export class PlaneRefusedError extends Error {
  override readonly name = 'PlaneRefusedError';
  readonly code: PlaneRefusal;

  constructor(code: PlaneRefusal, message: string, options: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
