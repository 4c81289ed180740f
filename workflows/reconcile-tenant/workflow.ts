import { SYSTEMS, type Place, type System } from '../../domain/reconcile/finding.ts';
import type { SagaInput, SagaRef } from '../shared/contract.ts';
import { runSaga } from '../shared/saga.ts';
import type { Step } from '../shared/step.ts';
import type { ReconcileActivities } from './contract.ts';

/** The tenant is locked meanwhile: an outage is mended by the next one, not waited for. */
const PATIENCE_MS = 60_000;

const TITLES: Readonly<Record<System, string>> = {
  identity: 'Mend realm or organization',
  database: 'Mend the tenant database',
  route: 'Mend the route',
  dns: 'Mend the host in DNS',
};

/** Looks at one tenant everywhere, mends what is ours, and looks again. Takes nothing away. */
export async function reconcileTenant(input: SagaInput): Promise<void> {
  const retryBudgetMs = Math.min(input.timing.retryBudgetMs, PATIENCE_MS);
  await runSaga({ ...input, timing: { ...input.timing, retryBudgetMs } }, steps(input));
}

export function steps({ operation, tenant }: SagaInput): readonly Step<ReconcileActivities>[] {
  const ref: SagaRef = { operation, tenant };
  let toMend: readonly Place[] = [];
  /** Drawn once: a retry writes the same bytes. */
  let atMs = 0;
  return [
    {
      name: 'examine',
      title: 'Look at the tenant everywhere, and keep the plan',
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        toMend = await call('examineTenant', ref);
        atMs = Date.now();
      },
    },
    {
      name: 'registry',
      title: 'Bring rows back to what the facts say',
      touches: 'registry',
      when: () => toMend.includes('registry'),
      mayFail: true,
      do: (call) => call('mendRows', ref, atMs),
    },
    ...SYSTEMS.map((system): Step<ReconcileActivities> => ({
      name: system,
      title: TITLES[system],
      touches: system,
      when: () => toMend.includes(system),
      mayFail: true,
      do: (call) => call('mendSystem', ref, system),
    })),
    {
      name: 'verify',
      title: 'Look again, and keep what became of each finding',
      touches: 'registry',
      when: () => toMend.length > 0,
      do: (call) => call('verifyTenant', ref, atMs),
    },
  ];
}
