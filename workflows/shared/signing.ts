import type { Attempted } from './contract.ts';

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
