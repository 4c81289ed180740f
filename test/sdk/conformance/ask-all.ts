import type { Answers } from './findings.ts';
import type { Kit } from './kits.ts';

/** What every kit says to each request, in their order; all are sent before any is answered. */
export const askAll = async (
  kits: readonly Kit[],
  requests: readonly object[],
): Promise<Answers[]> => {
  const byKit = await Promise.all(
    kits.map(async ({ name, ask }) => {
      const answers = await Promise.all(requests.map(ask));
      return { name, answers };
    }),
  );
  return requests.map(
    (_, at) => Object.fromEntries(byKit.map(({ name, answers }) => [name, answers[at]])) as Answers,
  );
};
