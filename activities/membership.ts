import { changeRoles } from '../domain/membership-roles.ts';
import { changeRolesInputOf } from '../domain/requests.ts';
import type { OperationStore } from '../ports/registry-store.ts';
import type { MembershipActivities } from '../workflows/change-membership/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

export interface MembershipPorts extends CommitPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly report: Report;
}

export function createMembershipActivities(ports: MembershipPorts): MembershipActivities {
  return {
    commitRoles: (ref, atMs) =>
      attempt(ports.report, async () => {
        const operation = await readOperation(ports.operations, ref);
        return commitFacts(ports, {
          operation: ref.operation,
          step: 'commit',
          tenant: ref.tenant,
          actor: operation.actor,
          rule: changeRoles,
          command: changeRolesInputOf(operation.input),
          atMs,
          releaseLock: true,
        });
      }),
  };
}
