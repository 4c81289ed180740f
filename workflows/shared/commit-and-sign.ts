import type { Call } from './call.ts';
import { FACTS_QUEUE } from './contract.ts';
import type { CommittedFact, SagaInput, SagaRef, SigningActivities } from './contract.ts';
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
    signing(() => facts),
  ];
}

/** The step that waits until what was committed is in the log; skipped when nothing was. */
export function signing(committed: () => readonly CommittedFact[]): Step<SigningActivities> {
  return {
    name: 'sign',
    title: 'Sign the facts and fan them out',
    touches: 'log',
    queue: FACTS_QUEUE,
    when: () => committed().length > 0,
    do: async (call) => {
      const ids = committed().map(({ id }) => id);
      await call('sign', ids);
    },
  };
}
