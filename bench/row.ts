/** One measured figure. A ratio binds always; a time binds only where its bound is given. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'us' | 'ms CPU' | 'B' | 'facts/s' | 'sagas/s' | 'lost';
  /** Measured in the same run, in the same unit. */
  readonly baseline: number | null;
  readonly ratio: number | null;
  /** Of the ratio where there is a baseline, else of the value; the least of rates. */
  readonly bound: number | null;
  readonly holds: boolean | null;
}

export function ratioRow(
  name: string,
  unit: Row['unit'],
  value: number,
  baseline: number,
  bound: number | null,
): Row {
  const exact = value / baseline;
  const holds = bound === null ? null : exact <= bound;
  const [ratio, told] = [round(exact), round(value)];
  return { name, value: told, unit, baseline: round(baseline), ratio, bound, holds };
}

export function valueRow(
  name: string,
  unit: Row['unit'],
  value: number,
  bound: number | null,
): Row {
  const holds = bound === null ? null : value <= bound;
  return { name, value: round(value), unit, baseline: null, ratio: null, bound, holds };
}

/** Facts a second: the more the better. */
export function rateRow(name: string, value: number, baseline: number, bound: number): Row {
  const unit = 'facts/s';
  const [rate, base] = [Math.round(value), Math.round(baseline)];
  const [ratio, holds] = [round(value / baseline), value >= bound];
  return { name, value: rate, unit, baseline: base, ratio, bound, holds };
}

/** Sagas a second beside as many of something else: the more the better. */
export function shareRow(name: string, value: number, baseline: number, bound: number | null): Row {
  const unit = 'sagas/s';
  const exact = value / baseline;
  const [ratio, holds] = [round(exact), bound === null ? null : exact >= bound];
  return { name, value: round(value), unit, baseline: round(baseline), ratio, bound, holds };
}

/** `q` from 0 to 1, of any order of values. */
export function quantile(values: Iterable<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)] ?? Number.NaN;
}

/** Three decimals, and three digits of what is smaller: 0.0104 is not 0.01. */
function round(value: number): number {
  const told = Math.round(value * 1_000) / 1_000;
  return Math.abs(told) < 0.1 ? Number(value.toPrecision(3)) : told;
}
