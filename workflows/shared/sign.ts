import { FACTS_QUEUE } from './contract.ts';
import type { CommittedFact, SigningActivities } from './contract.ts';
import type { Step } from './step.ts';

/** The row behind a commit: it ends when the log has its facts. `factsOf` is asked in its turn. */
export function signRow(
  factsOf: () => readonly CommittedFact[],
  name = 'sign',
): Step<SigningActivities> {
  return {
    name,
    title: 'Sign the facts and fan them out',
    touches: 'log',
    queue: FACTS_QUEUE,
    do: async (call) => {
      await call(
        'sign',
        factsOf().map(({ id }) => id),
      );
    },
  };
}
