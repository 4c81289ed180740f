import type { Rule } from '../domain/decision.ts';
import type { CommitStore, Operation, OperationStore } from '../ports/registry-store.ts';
import { commitStep } from '../registry/commit.ts';
import type { LogIdentity } from '../registry/commit.ts';
import type { Attempted, CommittedFact, SagaRef } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { readOperation } from './operation.ts';

export interface CommitPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly commits: CommitStore;
  readonly log: LogIdentity;
  readonly report: Report;
}

interface Committing<C> {
  readonly step: string;
  readonly rule: Rule<C>;
  readonly command: (input: Operation['input']) => C;
  readonly atMs: number;
  readonly releaseLock: boolean;
}

/** One attempt of a commit by the operation's row: what a rule decides, and its facts' ids. */
export function commitOf<C>(
  { operations, commits, log, report }: CommitPorts,
  ref: SagaRef,
  { command, ...how }: Committing<C>,
): Promise<Attempted<readonly CommittedFact[]>> {
  return attempt(report, async () => {
    const { actor, input } = await readOperation(operations, ref);
    const { operation, tenant } = ref;
    const step = { operation, tenant, actor, command: command(input), ...how };
    const { facts } = await commitStep(commits, log, step);
    return facts.map(({ id }) => ({ id }));
  });
}
