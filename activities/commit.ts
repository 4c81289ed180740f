import type { CommitStore } from '../ports/registry-store.ts';
import { commitStep } from '../registry/commit.ts';
import type { CommitStep, LogIdentity } from '../registry/commit.ts';
import type { CommittedFact } from '../workflows/shared/contract.ts';

export interface CommitPorts {
  readonly commits: CommitStore;
  readonly log: LogIdentity;
}

/** Commits one step; of its facts Temporal is told the ids alone (DESIGN 5.11). */
export async function commitFacts<C>(
  { commits, log }: CommitPorts,
  step: CommitStep<C>,
): Promise<readonly CommittedFact[]> {
  const { facts } = await commitStep(commits, log, step);
  return facts.map(({ id }) => ({ id }));
}
