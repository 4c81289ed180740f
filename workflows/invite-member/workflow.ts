import type { CommittedFact, SagaInput, SagaRef, SigningActivities } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import { signRow } from '../shared/sign.ts';
import type { Step } from '../shared/step.ts';
import type { InvitationActivities } from './contract.ts';
import { InvitationLife } from './invitation.ts';

type Activities = InvitationActivities & SigningActivities;

/** What one step finds out and a later one needs. */
interface Found {
  /** Times of the two commits, drawn once: a retry writes the same bytes. */
  invitedAtMs: number;
  settledAtMs: number;
  facts: readonly CommittedFact[];
  accepted: boolean;
}

/**
 * Accompanies an invitation from its pending membership to its end. The row of the invitation
 * decides how it ends; this saga mails, reminds, lets it expire, and makes the rest follow.
 */
export async function inviteMember(input: SagaInput): Promise<void> {
  const life = new InvitationLife(input);
  life.listen();
  await runSaga(input, steps(input, life));
}

/** The table: what a new run does. */
export function steps(
  input: SagaInput,
  life = new InvitationLife(input),
): readonly Step<Activities>[] {
  const ref: SagaRef = { operation: input.operation, tenant: input.tenant };
  const found: Found = { invitedAtMs: 0, settledAtMs: 0, facts: [], accepted: false };
  return [...invited(ref, life, found), ...ended(ref, found)];
}

function invited(ref: SagaRef, life: InvitationLife, found: Found): Step<Activities>[] {
  return [
    {
      name: 'commit',
      title: 'Commit the pending member with its fact',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        found.invitedAtMs ||= Date.now();
        found.facts = await call('commitInvitation', ref, found.invitedAtMs);
        life.begin();
      },
    },
    signRow(() => found.facts),
    {
      name: 'user',
      title: 'Make the invited person a user at the identity provider',
      touches: 'identity',
      do: (call) => call('ensureInvitedUser', ref),
      until: (call) => life.over(call),
    },
    {
      name: 'mail',
      title: 'Mail the link to the invited person',
      touches: 'mail',
      do: (call) => life.mail(call),
      until: (call) => life.over(call),
    },
    {
      name: 'answer',
      title: 'Wait for the answer; remind, and mail again when asked',
      touches: 'mail',
      waits: true,
      do: (call) => life.keepMailing(call),
      until: (call) => life.over(call),
    },
  ];
}

function ended(ref: SagaRef, found: Found): Step<Activities>[] {
  return [
    {
      name: 'settle',
      title: 'Commit the end: an active member, or none',
      touches: 'registry',
      do: async (call) => {
        found.settledAtMs ||= Date.now();
        const { facts, accepted } = await call('settleInvitation', ref, found.settledAtMs);
        Object.assign(found, { facts, accepted });
      },
    },
    signRow(() => found.facts, 'sign-end'),
    {
      name: 'identity',
      title: 'Add the member at the identity provider',
      touches: 'identity',
      when: () => found.accepted,
      do: (call) => call('joinTenant', ref),
    },
  ];
}
