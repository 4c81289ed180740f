import { settleInvitation, inviteMember } from '../domain/invitation-rules.ts';
import { inviteInputOf } from '../domain/requests.ts';
import type { Isolation } from '../domain/isolation.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import type { OperationStore, TenantReader } from '../ports/registry-store.ts';
import type { CommitStep } from '../registry/commit.ts';
import { followMember } from '../registry/follow-member.ts';
import { ensureInvitedUser } from '../registry/invited-user.ts';
import { mailInvitation } from '../registry/mail-invitation.ts';
import type { MailPorts } from '../registry/mail-invitation.ts';
import type { InvitationActivities } from '../workflows/invite-member/contract.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { callOf } from './call.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

export interface InvitationPorts extends MailPorts, CommitPorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly invitations: InvitationStore;
  readonly tenants: Pick<TenantReader, 'findTenant' | 'findMember' | 'listMembers'>;
  readonly identity: Readonly<Record<Isolation, IdentityProvider>>;
  readonly report: Report;
}

/** The invitation has the id of the operation. */
export function createInvitationActivities(ports: InvitationPorts): InvitationActivities {
  const { report, invitations } = ports;
  const find = ({ tenant, operation }: SagaRef) => invitations.findInvitation(tenant, operation);
  return {
    commitInvitation: (ref, atMs) =>
      attempt(report, async () => {
        const step = await stepOf(ports, ref, atMs);
        return commitFacts(ports, { ...step, step: 'commit', rule: inviteMember });
      }),
    ensureInvitedUser: (ref) =>
      attempt(report, (signal) => ensureInvitedUser(ports, callOf(ports, ref, signal))),
    mailInvitation: (ref, order) =>
      attempt(report, (signal) =>
        mailInvitation(ports, { tenant: ref.tenant, invitation: ref.operation, ...order }, signal),
      ),
    isInvitationPending: (ref) =>
      attempt(report, async () => (await find(ref))?.state === 'pending'),
    settleInvitation: (ref, atMs) =>
      attempt(report, async () => {
        const step = await stepOf(ports, ref, atMs);
        const commit = { ...step, step: 'settle', rule: settleInvitation };
        const facts = await commitFacts(ports, commit);
        const accepted = (await find(ref))?.state === 'accepted';
        return { facts, accepted };
      }),
    joinTenant: (ref) =>
      attempt(report, async (signal) => {
        const { input } = await readOperation(ports.operations, ref);
        await followMember(ports, inviteInputOf(input).member, callOf(ports, ref, signal));
      }),
  };
}

/** What both commits have in common. */
async function stepOf(ports: InvitationPorts, ref: SagaRef, atMs: number) {
  const { actor, input } = await readOperation(ports.operations, ref);
  return {
    ...{ operation: ref.operation, tenant: ref.tenant, invitation: ref.operation },
    ...{ actor, command: inviteInputOf(input), atMs, releaseLock: false },
  } satisfies Omit<CommitStep<unknown>, 'step' | 'rule'>;
}
