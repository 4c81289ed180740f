import type { Checklist, SagaInput, SagaRef, SagaView } from '../../domain/saga-protocol.ts';

export type { Checklist, SagaInput, SagaRef, SagaView };

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

/** An activity that commits. `atMs`: the saga's clock, the same in each retry. */
export type Commit = (ref: SagaRef, atMs: number) => Promise<Attempted<readonly CommittedFact[]>>;
