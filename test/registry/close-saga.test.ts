import { expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { closeSaga } from '../../registry/close-saga.ts';
import type { ReconcileAllPorts } from '../../registry/reconcile-all.ts';

const OPERATION: Partial<Operation> = {
  ...{ id: 'o', kind: 'provisionTenant', tenant: 't', state: 'running', steps: [] },
  input: {
    ...{ slug: 'acme', host: 'acme.example', displayName: 'Acme', plan: 'basic', demo: false },
    ...{ adminEmail: 'ann@acme.example', adminUserId: 'u', adminMember: 'm' },
    ...{ isolation: 'pool', identityProviders: [] },
  },
};

/** What the doctor asks for, in its order. */
async function close(operation: Partial<Operation>, hasCommitted = false) {
  const asked: string[] = [];
  const ask = (name: string, answer?: unknown) => async () => {
    asked.push(name);
    return answer;
  };
  const ports = {
    census: { isRunning: async () => false },
    operations: {
      findOperation: async () => ({ ...OPERATION, ...operation }),
      bar: ask('bar'),
      undoAcceptance: ask('undoAcceptance'),
      recordProgress: async (_id: string, { state }: { state: string }) => void asked.push(state),
    },
    reconcile: { hasCommitted: ask('hasCommitted', hasCommitted) },
    log: { log: 'tenure.example/test' },
    dns: { remove: ask('dns') },
    routes: { remove: ask('route') },
    databases: { remove: ask('database') },
    identity: { pool: { remove: ask('identity') } },
  } as unknown as ReconcileAllPorts;
  await closeSaga(ports, { name: 'o', repair: 'close' }, AbortSignal.timeout(60_000), 0);
  return asked;
}

test('nothing more is committed once it is asked what was', async () => {
  expect(await close({}, true)).toEqual(['bar', 'hasCommitted', 'done']);
});

test('a provisioning that committed nothing is taken back, its name last', async () => {
  const takenBack = ['dns', 'route', 'database', 'identity', 'undoAcceptance'];
  expect(await close({})).toEqual(['bar', 'hasCommitted', ...takenBack, 'unwound']);
});

test('one that ended by itself meanwhile is left as it is', async () => {
  expect(await close({ state: 'done' })).toEqual([]);
});
