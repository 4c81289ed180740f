import { expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createSeededClock } from '../../adapters/memory/clock.ts';
import { createSagaActivities } from '../../activities/saga.ts';
import { StoreError } from '../../ports/registry-store.ts';
import { createMemoryRegistry } from '../support/api/memory-registry.ts';

const REF = { operation: 'o', tenant: 't' };
const answers = () => Promise.resolve();
const isAway = () => Promise.reject(new StoreError('store-unavailable', 'Postgres is away'));
const isDown = () => Promise.reject(new Error('it is down'));

function probe(step: string, probeStore: () => Promise<void>, ofStep = answers): Promise<unknown> {
  const { operations, invitations, domains } = createMemoryRegistry();
  const { probe: run } = createSagaActivities({
    ...{ operations, invitations, domains, probeStore },
    probes: { route: ofStep },
    clock: createSeededClock(1_000),
    report: () => {},
  });
  const logger = new DefaultLogger('ERROR');
  return new MockActivityEnvironment({}, { logger }).run(() => run(REF, step));
}

test.each(['route', 'commit'])('while the store is away nobody goes on with %s', async (step) => {
  await expect(probe(step, isAway)).rejects.toMatchObject({
    ...{ type: 'store-unavailable', nonRetryable: false },
  });
});

test('a step goes on when the store and what it needs outside answer', async () => {
  await expect(probe('route', answers)).resolves.toBeUndefined();
  await expect(probe('commit', answers)).resolves.toBeUndefined();
  await expect(probe('route', answers, isDown)).rejects.toMatchObject({ type: 'internal' });
});
