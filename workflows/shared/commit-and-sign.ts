import type { Call } from './call.ts';
import type { CommittedFact, SagaInput, SagaRef, SigningActivities } from './contract.ts';
import { signRow } from './sign.ts';
import type { Step } from './step.ts';

/**
 * The table of a saga that touches nothing outside: the commit is its pivot and its first step, so
 * no outage delays it, and what it made is signed.
 */
export function commitAndSign<A>(
  { operation, tenant }: SagaInput,
  title: string,
  commit: (call: Call<A>, ref: SagaRef, atMs: number) => Promise<readonly CommittedFact[]>,
): readonly Step<A & SigningActivities>[] {
  let facts: readonly CommittedFact[] = [];
  /** The commit's time, drawn once: a retry writes the same bytes. */
  let atMs = 0;
  return [
    {
      name: 'commit',
      title,
      touches: 'registry',
      pivot: true,
      do: async (call) => {
        atMs ||= Date.now();
        facts = await commit(call, { operation, tenant }, atMs);
      },
    },
    signRow(() => facts),
  ];
}
