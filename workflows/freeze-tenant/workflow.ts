import type { CommittedFact, SagaInput, SagaRef, SigningActivities } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import { signRow } from '../shared/sign.ts';
import type { Step } from '../shared/step.ts';
import type { FreezingActivities } from './contract.ts';

/**
 * Freezes a tenant. Commits first: every data plane denies by the fact alone, and no outage of
 * Keycloak or of the cluster delays that. What stands outside is closed behind it, forward only.
 */
export async function freezeTenant(input: SagaInput): Promise<void> {
  await runSaga(input, steps({ operation: input.operation, tenant: input.tenant }));
}

export function steps(ref: SagaRef): readonly Step<FreezingActivities & SigningActivities>[] {
  let facts: readonly CommittedFact[] = [];
  /** The commit's time, drawn once: a retry writes the same bytes. */
  let atMs = 0;
  return [
    {
      name: 'commit',
      title: 'Commit the freeze with its fact',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        atMs ||= Date.now();
        facts = await call('commitFreeze', ref, atMs);
      },
    },
    signRow(() => facts),
    {
      name: 'identity',
      title: 'Refuse sign-in and end all sessions',
      touches: 'identity',
      settles: true,
      do: (call) => call('suspendIdentity', ref),
    },
    {
      name: 'route',
      title: 'Lead the host nowhere',
      touches: 'route',
      settles: true,
      do: (call) => call('suspendRoute', ref),
    },
  ];
}
