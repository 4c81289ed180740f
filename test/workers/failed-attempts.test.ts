import { expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { describeAttempt } from '../../workers/failed-attempts.ts';

const down = ApplicationFailure.create({ type: 'dns.unavailable', message: 'It is down.' });
const MINUTE_MS = 60_000;

const described = (activityId: string, error: unknown = down, afterMs = 0) =>
  describeAttempt(
    { activityId, activityType: 'recordProgress', scheduledTimestampMs: 1_000 },
    error,
    1_000 + afterMs,
  );

test.each([
  ['invite-admin', 'step', 'invite-admin'],
  ['undo-dns', 'undo', 'dns'],
  ['undo-acceptance', 'undo', 'acceptance'],
  ['probe-invite-admin-12', 'probe', 'invite-admin'],
  ['until-invite-admin-2', 'until', 'invite-admin'],
  ['7', 'row', 'recordProgress'],
])('%s is counted as %s of %s', (activityId, phase, step) => {
  expect(described(activityId)).toEqual({ phase, step, code: 'dns.unavailable', long: false });
});

test('a retry is long after five minutes, counted from its first attempt', () => {
  expect(described('dns', down, 5 * MINUTE_MS).long).toBe(false);
  expect(described('dns', down, 5 * MINUTE_MS + 1).long).toBe(true);
});

test('what has no code of ours is internal: no message becomes a label', () => {
  expect(described('dns', new Error('ann@example.com')).code).toBe('internal');
});
