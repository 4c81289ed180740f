import type { Answers } from './findings.ts';
import type { Kit } from './kits.ts';

/** Each of the items with what every kit says to its request; all are sent before any answer. */
export const askAll = async <Item>(
  kits: readonly Kit[],
  items: readonly Item[],
  requestOf: (item: Item) => object,
): Promise<{ item: Item; answers: Answers }[]> => {
  const requests = items.map(requestOf);
  const byKit = await Promise.all(
    kits.map(async ({ name, ask }) => {
      const answers = await Promise.all(requests.map(ask));
      return { name, answers };
    }),
  );
  return items.map((item, at) => {
    const said = byKit.map(({ name, answers }) => [name, answers[at]] as const);
    return { item, answers: Object.fromEntries(said) as Answers };
  });
};
