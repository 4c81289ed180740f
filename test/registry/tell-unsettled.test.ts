import { expect, test } from '@jest/globals';
import type { Invitation } from '../../domain/invitation.ts';
import { SagaEngineError } from '../../ports/saga-engine.ts';
import type { SagaEngineErrorCode } from '../../ports/saga-engine.ts';
import { createSweep } from '../../registry/tell-unsettled.ts';

const SECOND_MS = 1_000;
const DAY_S = 86_400;

function ended(at: number): Invitation {
  return {
    ...{ id: `invitation-${at}`, tenant: 't', member: 'm', email: 'p@example.test' },
    ...{ roles: [], state: 'revoked', invitedAtMs: 0, expiresAtMs: null, endedAtMs: at },
    ...{ endedBy: 'operator', identity: null },
  };
}

/** A sweep each second over rows that a test may change, and who was told when. */
function sweeping(rows: Invitation[]) {
  const told: { id: string; second: number }[] = [];
  const reports: string[] = [];
  let failure: SagaEngineErrorCode | undefined;
  let second = 0;
  const sweep = createSweep({
    invitations: {
      listUnsettled: async (_olderThanMs, limit, after) => {
        const all = rows.toSorted((a, b) => (a.endedAtMs ?? 0) - (b.endedAtMs ?? 0));
        const from = all.findIndex(({ endedAtMs }) => (endedAtMs ?? 0) > (after?.endedAtMs ?? -1));
        return from < 0 ? [] : all.slice(from, from + limit);
      },
    },
    engine: {
      signal: async (id) => {
        told.push({ id, second });
        if (failure !== undefined) throw new SagaEngineError(failure, 'as the test says');
      },
    },
    report: (message) => void reports.push(message),
  });
  return {
    ...{ told, reports },
    fail: (code: SagaEngineErrorCode | undefined) => (failure = code),
    run: async (seconds: number) => {
      for (const until = second + seconds; second < until; second += 1)
        await sweep(second * SECOND_MS);
    },
  };
}

test('a saga that does not settle is told ever more seldom, down to every five minutes', async () => {
  const { told, run } = sweeping([ended(1)]);
  await run(DAY_S);
  const gaps = told.slice(1).map(({ second }, at) => second - (told[at]?.second ?? 0));
  expect(gaps.slice(0, 9)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300]);
  expect(new Set(gaps.slice(8))).toEqual(new Set([300]));
});

test('a hundred that never settle keep no later one waiting', async () => {
  const { told, run } = sweeping(Array.from({ length: 250 }, (_, at) => ended(at)));
  await run(3);
  expect(new Set(told.map(({ id }) => id)).size).toBe(250);
});

test('what settled is forgotten: it would be told at once', async () => {
  const rows = [ended(1)];
  const { told, run } = sweeping(rows);
  await run(60);
  const before = told.length;
  const settled = rows.splice(0);
  await run(2);
  rows.push(...settled);
  await run(1);
  expect(told).toHaveLength(before + 1);
});

test('a saga that is not there is reported, as seldom as it is told', async () => {
  const { told, reports, fail, run } = sweeping([ended(1)]);
  fail('saga-not-found');
  await run(60);
  expect(reports).toHaveLength(told.length);
  expect(told.length).toBeLessThan(7);
  expect(reports[0]).toContain('invitation-1');
});

test('an engine that is away delays nobody: it is told as soon as it is back', async () => {
  const { told, reports, fail, run } = sweeping([ended(1)]);
  fail('engine-unavailable');
  await run(60);
  expect([told.length, reports]).toEqual([60, []]);
  fail(undefined);
  await run(2);
  expect(told).toHaveLength(61);
});
