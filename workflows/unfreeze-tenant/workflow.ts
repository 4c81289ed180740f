import type { CommittedFact, SagaInput, SagaRef, SigningActivities } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import { signRow } from '../shared/sign.ts';
import type { Step } from '../shared/step.ts';
import type { UnfreezingActivities } from './contract.ts';

/**
 * Takes a freeze back. Commits last: until then every data plane denies, so what is open too early
 * lets nobody in; what fails before is closed again.
 */
export async function unfreezeTenant(input: SagaInput): Promise<void> {
  await runSaga(input, steps({ operation: input.operation, tenant: input.tenant }));
}

export function steps(ref: SagaRef): readonly Step<UnfreezingActivities & SigningActivities>[] {
  let facts: readonly CommittedFact[] = [];
  /** The commit's time, drawn once: a retry writes the same bytes. */
  let atMs = 0;
  return [
    {
      name: 'identity',
      title: 'Allow sign-in again',
      touches: 'identity',
      settles: true,
      do: (call) => call('restoreIdentity', ref),
      undo: (call) => call('suspendIdentity', ref),
    },
    {
      name: 'route',
      title: 'Lead the host to the front end again',
      touches: 'route',
      settles: true,
      do: (call) => call('restoreRoute', ref),
      undo: (call) => call('suspendRoute', ref),
    },
    {
      name: 'commit',
      title: 'Commit the state before the freeze with its fact',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        atMs ||= Date.now();
        facts = await call('commitUnfreeze', ref, atMs);
      },
    },
    signRow(() => facts),
  ];
}
