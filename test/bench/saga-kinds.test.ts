import { describe, expect, test } from '@jest/globals';
import { inOrder, toRows, waitedMs } from '../../bench/saga-kinds.ts';
import { OPERATION_KINDS } from '../../domain/operation.ts';

/** Two at once, of which the slower took this long. */
const batchOf = (slowerMs: number) => ({ tookMs: [slowerMs / 2, slowerMs], allMs: slowerMs });

describe('each saga beside bare Temporal', () => {
  test('none is left out, and those that begin others come last', () => {
    expect(inOrder().toSorted()).toEqual(OPERATION_KINDS.toSorted());
    expect(inOrder().at(-1)).toBe('reconcileAll');
  });

  test('what it waited for people is not counted, and nothing else is left out', () => {
    const step = { state: 'done', startedAtMs: 1_000, endedAtMs: 61_000 } as const;
    const steps = [
      { name: 'mail', ...step },
      { name: 'answer', ...step },
    ];
    expect(waitedMs('inviteMember', steps)).toBe(60_000);
    expect(waitedMs('freezeTenant', steps)).toBe(0);
  });

  test('the platform’s is told and binds nobody: it looks at all that is there', () => {
    const rows = toRows('reconcileAll', batchOf(90_000), batchOf(1));
    expect(rows.map(({ holds }) => holds)).toEqual([null, null]);
  });

  test('is bound by how much longer one takes, and by how many fewer end in a second', () => {
    const [p50, rate] = toRows('freezeTenant', batchOf(4_000), batchOf(2_000));
    expect(p50).toMatchObject({ value: 2_000, baseline: 1_000, ratio: 2, holds: true });
    expect(rate).toMatchObject({ value: 0.5, baseline: 1, ratio: 0.5, holds: true });
    const slow = toRows('freezeTenant', batchOf(20_000), batchOf(2_000));
    expect(slow.map(({ holds }) => holds)).toEqual([false, false]);
  });

  test('is bound by how long it takes alone where people answer', () => {
    const slow = toRows('inviteMember', batchOf(20_000), batchOf(2_000));
    expect(slow.map(({ holds }) => holds)).toEqual([false, null]);
  });

  test('does not hold where nothing was measured', () => {
    const nothing = { tookMs: [], allMs: Number.NaN };
    const rows = toRows('freezeTenant', nothing, batchOf(1));
    expect(rows.map(({ holds }) => holds)).toEqual([false, false]);
  });
});
