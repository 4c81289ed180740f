import { Context } from '@temporalio/activity';
import type { CommitStore, CommitTransaction } from '../../../ports/registry-store.ts';

/** The forbidden key: commits are found again by Temporal's run, not by operation and step. */
export function keyedByRun(commits: CommitStore): CommitStore {
  const keyOf = (step: string) =>
    `${step}@${Context.current().info.workflowExecution?.runId ?? ''}`;
  return {
    transact: (tenants, work) =>
      commits.transact(tenants, (transaction) => {
        const keyed: CommitTransaction = {
          findCommit: (operation, step) => transaction.findCommit(operation, keyOf(step)),
          view: (tenant) => transaction.view(tenant),
          head: (tenant) => transaction.head(tenant),
          lockInvitation: (id) => transaction.lockInvitation(id),
          lockDomain: (id) => transaction.lockDomain(id),
          apply: (changes) => transaction.apply(changes),
          appendFacts: (facts) => transaction.appendFacts(facts),
          appendAudit: (rows, nowMs) => transaction.appendAudit(rows, nowMs),
          takeLock: (operation) => transaction.takeLock(operation),
          saveCommit: (commit, releaseLock) =>
            transaction.saveCommit({ ...commit, step: keyOf(commit.step) }, releaseLock),
        };
        return work(keyed);
      }),
  };
}
