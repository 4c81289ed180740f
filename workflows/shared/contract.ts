import type { SagaReason, SagaState, StepProgress } from '../../domain/operation.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';

/** Which tenant and operation a step works for: all that inputs carry beside closed codes. */
export interface SagaRef {
  readonly operation: string;
  readonly tenant: string;
}

/** The input of every saga. Names, addresses and secrets stay in the operation's row. */
export interface SagaInput extends SagaRef {
  readonly timing: SagaTiming;
}

/** Where a saga stands: what the row keeps, and the checklist in the Temporal UI shows. */
export interface Checklist {
  readonly state: SagaState;
  readonly reason: SagaReason | null;
  readonly steps: readonly StepProgress[];
}

/** What query `state` answers. */
export interface SagaView extends Checklist {
  /** Whether cancel and unwind are still accepted: it is before its pivot. */
  readonly mayUnwind: boolean;
}

/** A step's result with its attempt: the earlier ones may still take effect late. */
export interface Attempted<T> {
  readonly attempt: number;
  readonly value: T;
}

/** Activities that every saga needs, whatever its steps. */
export interface SagaActivities {
  /** Resolves when what that step needs answers; it runs on the step's own queue. */
  probe(ref: SagaRef, step: string): Promise<void>;
  /** Writes a change of state into the operation's row. */
  recordProgress(ref: SagaRef, checklist: Checklist): Promise<void>;
  /** The undo of acceptance: slug, host and lock are free again. */
  undoAcceptance(ref: SagaRef): Promise<void>;
}

/** Application failure types that the saga itself makes. */
export const UNWOUND_BY_OPERATOR = 'unwound-by-operator';
export const CANCELLED = 'cancelled';
export const PARKED_TOO_LONG = 'parked-too-long';
/** An update that the saga's state does not allow. */
export const COMMAND_REFUSED = 'command-refused';

/** The sequencer's own queue: its process alone holds the signing key (DESIGN 4.4). */
export const FACTS_QUEUE = 'facts';

/** A committed fact: what `sign` waits for. */
export interface CommittedFact {
  readonly id: string;
}

export interface SigningActivities {
  /** Waits until the facts are in the log; `published`: whether JetStream acknowledged them. */
  sign(
    factIds: readonly string[],
  ): Promise<Attempted<{ indexes: readonly number[]; published: boolean }>>;
}
