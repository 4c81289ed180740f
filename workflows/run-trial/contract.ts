import type { Attempted, CommittedFact, SagaRef } from '../shared/contract.ts';

/** Workflow id: `runTrial/<operation id>`. Input: `SagaInput`. Output: none. */
export const RUN_TRIAL = 'runTrial';

export type { ConvertTrial, ExtendTrial } from '../../domain/trials.ts';

type Committed = Promise<Attempted<readonly CommittedFact[]>>;

/** `atMs`: the saga's clock, the same in each retry. `n`: which message it is, from 1. */
export interface TrialActivities {
  beginTrial(ref: SagaRef, atMs: number, endsAtMs: number): Committed;
  extendTrial(ref: SagaRef, n: number, atMs: number, endsAtMs: number): Committed;
  convertTrial(ref: SagaRef, n: number, atMs: number, plan: string): Committed;
  /** Mails that it ends then. */
  remindOfTrial(ref: SagaRef, endsAtMs: number, reminder: number): Promise<Attempted<void>>;
  endTrial(ref: SagaRef, atMs: number): Committed;
}
