import { together } from './ending.ts';

/** Many at once: milliseconds of each, and until the last. */
export interface Batch {
  readonly tookMs: readonly number[];
  readonly allMs: number;
}

export async function atOnce<T>(
  all: readonly T[],
  work: (one: T) => Promise<unknown>,
): Promise<Batch> {
  const startedMs = performance.now();
  const tookMs = await together(
    all.map(async (one) => {
      await work(one);
      return performance.now() - startedMs;
    }),
  );
  return { tookMs, allMs: performance.now() - startedMs };
}

export function perSecond({ tookMs, allMs }: Batch): number {
  return tookMs.length / (allMs / 1_000);
}
