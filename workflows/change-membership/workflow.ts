import { patched } from '@temporalio/workflow';
import type { CommittedFact, SagaInput, SigningActivities } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import { signRow } from '../shared/sign.ts';
import type { Step } from '../shared/step.ts';
import type { MembershipActivities } from './contract.ts';

type Activities = MembershipActivities & SigningActivities;

/**
 * Changes a membership. Commits first, and the identity provider follows: its outage delays no
 * revocation. Only who is let in again is so there first, and by the commit last.
 */
export async function changeMembership(input: SagaInput): Promise<void> {
  await runSaga(input, steps(input));
}

/** The table: what a new run does. */
export function steps(input: SagaInput): readonly Step<Activities>[] {
  const ref = { operation: input.operation, tenant: input.tenant };
  let facts: readonly CommittedFact[] = [];
  /** The commit's time, drawn once: a retry writes the same bytes. */
  let atMs = 0;

  return [
    {
      name: 'admit',
      title: 'Let the member in again at the identity provider',
      touches: 'identity',
      when: () => input.way === 'reactivate' && patched('identity-follows'),
      do: (call) => call('admitMember', ref),
      undo: (call) => call('followMembers', ref),
    },
    {
      name: 'commit',
      title: 'Commit the change with its facts',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        atMs ||= Date.now();
        facts = await call('commitRoles', ref, atMs);
      },
    },
    signRow(() => facts),
    {
      name: 'identity',
      title: 'Bring groups, membership and sessions at the identity provider to what is committed',
      touches: 'identity',
      when: () => patched('identity-follows'),
      settles: 'again',
      do: (call) => call('followMembers', ref),
    },
  ];
}
