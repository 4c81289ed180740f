import { describe, expect, test } from '@jest/globals';
import { activitiesOf, toRows } from '../../bench/saga-kinds.ts';
import { OPERATION_KINDS } from '../../domain/operation.ts';
import { STORIES } from '../../test/proof/stories.ts';

/** Two at once, of which the slower took this long. */
const batchOf = (slowerMs: number) => ({ tookMs: [slowerMs / 2, slowerMs], allMs: slowerMs });

describe('each saga beside bare Temporal', () => {
  test.each(OPERATION_KINDS)('%s has as many activities as rows that its story passes', (kind) => {
    const [story] = STORIES[kind];
    const activities = activitiesOf(kind, story);
    expect(activities).toBeGreaterThan(1);
    expect(activitiesOf(kind, { ...story, skips: ['one', 'two'] })).toBe(
      activities + (story.skips?.length ?? 0) - 2,
    );
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
