import { changeMembership, membershipChangeOf, membersOf } from '../domain/membership-change.ts';
import type { MembershipInput } from '../domain/membership-change.ts';
import type { Call } from '../ports/call.ts';
import type { OperationStore } from '../ports/registry-store.ts';
import { admitMember, followMember } from '../registry/follow-member.ts';
import type { FollowPorts } from '../registry/follow-member.ts';
import type { MembershipActivities } from '../workflows/change-membership/contract.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { callOf } from './call.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

export interface MembershipPorts extends CommitPorts, FollowPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly report: Report;
}

export function createMembershipActivities(ports: MembershipPorts): MembershipActivities {
  const ofEach = (ref: SagaRef, work: (member: string, asked: Asked) => Promise<void>) =>
    attempt(ports.report, async (signal) => {
      const { input } = await readOperation(ports.operations, ref);
      const change = membershipChangeOf(input);
      const call = callOf(ports, ref, signal);
      for (const member of membersOf(change)) await work(member, { change, call });
    });
  return {
    admitMember: (ref) => ofEach(ref, (member, { call }) => admitMember(ports, member, call)),
    commitRoles: (ref, atMs) =>
      attempt(ports.report, async () => {
        const { actor, input } = await readOperation(ports.operations, ref);
        return commitFacts(ports, {
          ...{ operation: ref.operation, step: 'commit', tenant: ref.tenant, actor, atMs },
          ...{ rule: changeMembership, command: membershipChangeOf(input), releaseLock: true },
        });
      }),
    followMembers: (ref) =>
      ofEach(ref, (member, { change, call }) =>
        followMember(ports, member, call, change.subs?.[member]),
      ),
  };
}

interface Asked {
  readonly change: MembershipInput;
  readonly call: Call;
}
