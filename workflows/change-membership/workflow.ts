import type { CommittedFact, SagaInput, SigningActivities } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import { signRow } from '../shared/sign.ts';
import type { Step } from '../shared/step.ts';
import type { MembershipActivities } from './contract.ts';

type Activities = MembershipActivities & SigningActivities;

/** Changes the roles of one member. Commits first: no outage delays a revocation. */
export async function changeMembership(input: SagaInput): Promise<void> {
  await runSaga(input, steps(input));
}

/** The table: what a new run does. */
export function steps(input: SagaInput): readonly Step<Activities>[] {
  const { operation, tenant } = input;
  let facts: readonly CommittedFact[] = [];
  /** The commit's time, drawn once: a retry writes the same bytes. */
  let atMs = 0;

  return [
    {
      name: 'commit',
      title: 'Commit the new roles with their fact',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        atMs ||= Date.now();
        facts = await call('commitRoles', { operation, tenant }, atMs);
      },
    },
    signRow(() => facts),
  ];
}
