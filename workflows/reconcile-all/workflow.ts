import type { SagaInput, SagaRef } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import type { Step } from '../shared/step.ts';
import type { ReconcileAllActivities } from './contract.ts';

/** Looks at everything for orphans and lost sagas, mends what is ours, and looks again. */
export async function reconcileAll(input: SagaInput): Promise<void> {
  await runSaga(input, steps(input));
}

export function steps({
  operation,
  tenant,
  timing,
}: SagaInput): readonly Step<ReconcileAllActivities>[] {
  const ref: SagaRef = { operation, tenant };
  const { orphan: orphanMs, 'lost-saga': lostSagaMs } = timing.waitMs;
  const patience = { orphanMs, lostSagaMs };
  let todo = { orphans: false, sagas: false };
  /** Drawn once: a retry writes the same bytes. */
  let nowMs = 0;
  return [
    {
      name: 'examine',
      title: 'Look at everything, and keep the plan',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        nowMs ||= Date.now();
        todo = await call('examineAll', ref, patience, nowMs);
      },
    },
    {
      name: 'sagas',
      title: 'Start, close or end sagas that are lost',
      touches: 'registry',
      when: () => todo.sagas,
      mayFail: true,
      do: (call) => call('mendSagas', ref, nowMs),
    },
    {
      name: 'orphans',
      title: 'Remove what carries the mark of a tenant that is not there',
      touches: 'registry',
      when: () => todo.orphans,
      mayFail: true,
      do: (call) => call('removeOrphans', ref),
    },
    {
      name: 'tenants',
      title: 'Begin to reconcile tenants one by one',
      touches: 'registry',
      do: (call) => call('beginTenants', ref),
    },
    {
      name: 'verify',
      title: 'Look again, and keep what became of each finding',
      touches: 'registry',
      when: () => todo.orphans || todo.sagas,
      do: (call) => call('verifyAll', ref, patience, nowMs),
    },
  ];
}
