import { expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { SagaEngineError } from '../../ports/saga-engine.ts';
import { runStarter } from '../../workers/starter.ts';
import type { StarterPorts } from '../../workers/starter.ts';

const operation = (id: string): Operation => ({
  ...{ id, kind: 'freezeTenant', tenant: id, actor: 'operator', input: {}, state: 'accepted' },
  ...{ reason: null, steps: [], acceptedAtMs: 0, endedAtMs: null },
});

/** One sweep over three that wait; the first cannot be started. Gives what was tried and told. */
async function sweepOnce(failure: Error) {
  const seen: string[] = [];
  const closing = new AbortController();
  const ports: StarterPorts = {
    operations: {
      listUnstarted: async () => ['a', 'b', 'c'].map(operation),
      countOperations: async () => 0,
      markStarted: async () => undefined,
    },
    tenants: { findTenant: async () => undefined },
    invitations: { listUnsettled: async () => (closing.abort(), []) },
    engine: {
      start: async ({ operation: id }) => {
        seen.push(id);
        if (id === 'a') throw failure;
      },
      signal: async () => undefined,
    },
    report: (message) => {
      seen.push(message);
      if (message.includes('trying again')) closing.abort();
    },
  };
  await runStarter(ports, closing.signal);
  return seen;
}

test('one that cannot be started keeps nobody waiting', async () => {
  const told = 'the saga of operation a cannot be started';
  expect(await sweepOnce(new TypeError('a bug'))).toEqual(['a', told, 'b', 'c']);
});

test('an outage ends the sweep: nobody is tried for nothing', async () => {
  const outage = new SagaEngineError('engine-unavailable', 'Temporal does not answer.');
  expect(await sweepOnce(outage)).toEqual([
    'a',
    'sagas cannot be started or told now; trying again',
  ]);
});
