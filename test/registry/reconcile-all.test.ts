import { expect, test } from '@jest/globals';
import type { Finding } from '../../domain/reconcile/finding.ts';
import { removeOrphans, mendSagas, type ReconcileAllPorts } from '../../registry/reconcile-all.ts';

const owner = { registry: 'tenure.example/test', tenant: 'platform', operation: 'sweep' };
const call = { owner, signal: AbortSignal.timeout(60_000) };

/** What a sweep found, and whom it asked about each of them; the second is always refused. */
function sweep(findings: readonly Partial<Finding>[]) {
  const asked: string[] = [];
  const refuseSecond = async (name: string) => {
    asked.push(name);
    if (asked.length === 2) throw new Error(`no answer about ${name}`);
  };
  const ports = {
    reconcile: { findReport: async () => ({ findings }) },
    tenants: { findTenant: async () => undefined },
    dns: { remove: refuseSecond },
    operations: { findOperation: refuseSecond },
  } as unknown as ReconcileAllPorts;
  return { ports, asked };
}

test('an orphan that cannot be removed now keeps none behind it waiting', async () => {
  const orphans = ['a', 'b', 'c'].map(
    (name) => ({ place: 'dns', repair: 'remove', name }) as const,
  );
  const { ports, asked } = sweep([...orphans, { place: 'dns', repair: null, name: 'theirs' }]);
  await expect(removeOrphans(ports, call)).rejects.toThrow('no answer about b');
  expect(asked).toEqual(['a', 'b', 'c']);
});

test('a saga that cannot be started now keeps none behind it waiting', async () => {
  const sagas = ['a', 'b', 'c'].map((name) => ({ place: 'sagas', repair: 'start', name }) as const);
  const { ports, asked } = sweep(sagas);
  await expect(mendSagas(ports, call, 0)).rejects.toThrow('no answer about b');
  expect(asked).toEqual(['a', 'b', 'c']);
});
