import { changeRoles } from '../domain/membership-roles.ts';
import { changeRolesInputOf } from '../domain/requests.ts';
import type { CommitStore, OperationStore } from '../ports/registry-store.ts';
import { commitStep } from '../registry/commit.ts';
import type { LogIdentity } from '../registry/commit.ts';
import type { MembershipActivities } from '../workflows/change-membership/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { readOperation } from './operation.ts';

export interface MembershipPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly commits: CommitStore;
  readonly log: LogIdentity;
  readonly report: Report;
}

export function createMembershipActivities(ports: MembershipPorts): MembershipActivities {
  return {
    commitRoles: (ref, atMs) =>
      attempt(ports.report, async () => {
        const operation = await readOperation(ports.operations, ref);
        const { facts } = await commitStep(ports.commits, ports.log, {
          operation: ref.operation,
          step: 'commit',
          tenant: ref.tenant,
          actor: operation.actor,
          rule: changeRoles,
          command: changeRolesInputOf(operation.input),
          atMs,
          releaseLock: true,
        });
        return facts.map(({ id }) => ({ id }));
      }),
  };
}
