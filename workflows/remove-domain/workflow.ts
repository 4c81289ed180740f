import type { SagaInput, SagaRef } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import type { Step } from '../shared/step.ts';
import type { DomainRemovalActivities } from './contract.ts';

/**
 * Takes a name back. Commits first; the name is free for others when nothing leads there any more.
 */
export async function removeDomain(input: SagaInput): Promise<void> {
  await runSaga(input, steps({ operation: input.operation, tenant: input.tenant }));
}

export function steps(ref: SagaRef): readonly Step<DomainRemovalActivities>[] {
  /** Times of the two commits, drawn once: a retry writes the same bytes. */
  let removedAtMs = 0;
  let freedAtMs = 0;
  return [
    {
      name: 'commit',
      title: 'Commit the removal',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        removedAtMs ||= Date.now();
        await call('commitDomainRemoval', ref, removedAtMs);
      },
    },
    {
      name: 'route',
      title: 'Take the route of the name away',
      touches: 'route',
      settles: true,
      do: (call) => call('removeDomainRoute', ref),
    },
    {
      name: 'free',
      title: 'Free the name for others',
      touches: 'registry',
      do: async (call) => {
        freedAtMs ||= Date.now();
        await call('freeDomain', ref, freedAtMs);
      },
    },
  ];
}
