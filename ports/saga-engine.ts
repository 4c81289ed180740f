import type { OperationKind, SagaState, StepProgress } from '../domain/operation.ts';
import type { SagaWay } from '../domain/saga-protocol.ts';

export type SagaCommand = 'resume' | 'unwind' | 'cancel';

/** What a saga of one kind understands beside the commands: its contract names it. */
export interface SagaMessage {
  /** Of the update and of the signal. */
  readonly name: string;
  /** Ids and closed codes only: it stays in the history. */
  readonly told: Readonly<Record<string, string | number | boolean>>;
  /**
   * Of the update: hash of caller, route and idempotency key, so that the same again has the same
   * answer. A signal does not carry it: the same again is heard, and is in the history, again.
   */
  readonly id: string;
}

/** What the engine knows live, beyond the operation row. */
export interface LiveSaga {
  readonly state: SagaState;
  readonly step: string | undefined;
  readonly reason: string | undefined;
  /** Attempts of the step that runs now. */
  readonly attempts: number;
  readonly steps: readonly StepProgress[];
}

export interface SagaStart {
  readonly operation: string;
  readonly kind: OperationKind;
  readonly tenant: string;
  /** For people who look at the engine's own screens. */
  readonly slug: string;
  readonly way?: SagaWay;
}

/**
 * - `engine-unavailable`: not reached in time; the starter tries again. Transient.
 * - `saga-not-found`: never started, or its history is past retention.
 * - `command-refused`: the saga is not in a state that takes the command; message says why.
 */
export type SagaEngineErrorCode = 'engine-unavailable' | 'saga-not-found' | 'command-refused';

export class SagaEngineError extends Error {
  override readonly name = 'SagaEngineError';
  readonly code: SagaEngineErrorCode;

  constructor(code: SagaEngineErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Starts, asks and tells sagas. The row in the registry store stays the truth of acceptance. */
export interface SagaEngine {
  /** Idempotent: an operation that was started already is success (`REJECT_DUPLICATE`). */
  start(saga: SagaStart): Promise<void>;
  ask(operation: string, kind: OperationKind): Promise<LiveSaga>;
  tell(operation: string, kind: OperationKind, command: SagaCommand): Promise<void>;
  /** As an update: rejects with `command-refused` and the saga's own sentence. */
  update(operation: string, kind: OperationKind, message: SagaMessage): Promise<void>;
  /** As a signal, for who must not wait: resolves when it is kept, whatever becomes of it. */
  signal(operation: string, kind: OperationKind, message: SagaMessage): Promise<void>;
  probe(): Promise<void>;
}
