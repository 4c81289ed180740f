import { quantile } from './row.ts';

const READINGS = 1_000_000;

/** What two readings of the clock cost by themselves: median of pairs with nothing between. */
export function clockCostNs(): number {
  const tookNs = new Float64Array(READINGS);
  for (let i = 0; i < READINGS; i += 1) {
    const startedNs = process.hrtime.bigint();
    tookNs[i] = Number(process.hrtime.bigint() - startedNs);
  }
  return quantile(tookNs, 0.5);
}
