import type { Mutation } from './mutations.ts';
import { simulate } from './simulate.ts';

export type Failure = { seed: number; trouble: string };

/** The first seed that fails, of `count` from `first` on; undefined when all hold. */
export async function findFailure(
  first: number,
  count: number,
  mutation?: Mutation,
): Promise<Failure | undefined> {
  for (let seed = first; seed < first + count; seed += 1) {
    const trouble = await simulate({ seed, mutation });
    if (trouble !== undefined) return { seed, trouble };
  }
  return undefined;
}

/** What a person types to see it again. */
export const replayOf = ({ seed, trouble }: Failure): string =>
  `${trouble}\nnpm run simulate -- --seed ${seed} --trace`;
