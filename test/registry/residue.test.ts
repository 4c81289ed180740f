import { expect, test } from '@jest/globals';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import { assureNoResidue } from '../../registry/residue.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const LOG = { log: 'tenure.example/test' };
const OTHER = '22222222-2222-4222-8222-222222222222';
const markOf = (tenant: string, registry = LOG.log) => ({
  ...{ registry, tenant, operation: '33333333-3333-4333-8333-333333333333' },
});
const signal = AbortSignal.timeout(10_000);

const listing = (...items: readonly InventoryItem[]) => ({
  inventory: () => Promise.resolve(items),
});

/** Every system has something of others. */
const systems = (...own: readonly InventoryItem[]) => {
  const port = listing({ name: 'acme', owner: markOf(OTHER) }, { name: 'acme', owner: undefined });
  const marked = listing({ name: 'acme', owner: markOf(OTHER) }, ...own);
  return {
    port,
    marked,
    all: {
      ...{ identity: { silo: port, pool: port }, databases: port, routes: port, dns: port },
      log: LOG,
    },
  };
};

test('nothing of the tenant is nothing, whatever others have of its name', async () => {
  const { all } = systems();
  await expect(assureNoResidue(all, TENANT, signal)).resolves.toBeUndefined();
});

test.each([
  ['identity', 'identity'],
  ['databases', 'database'],
  ['routes', 'route'],
  ['dns', 'dns'],
] as const)('its mark in %s is found, and its name told to the log alone', async (port, system) => {
  const { all, marked } = systems({ name: 'acme', owner: markOf(TENANT) });
  const with_ = port === 'identity' ? { silo: marked, pool: marked } : marked;
  const found = assureNoResidue({ ...all, [port]: with_ }, TENANT, signal);
  await expect(found).rejects.toMatchObject({
    ...{ code: 'residue-found', message: `Still there: 1 in ${system}.` },
    cause: { [system]: ['acme'] },
  });
});

test('in the isolation mode that it does not have, too', async () => {
  const { all, marked, port } = systems({ name: 'acme', owner: markOf(TENANT) });
  for (const identity of [
    { silo: marked, pool: port },
    { silo: port, pool: marked },
  ])
    await expect(assureNoResidue({ ...all, identity }, TENANT, signal)).rejects.toThrow('identity');
});

test('without a mark, by its UUID for a name', async () => {
  const { all, marked } = systems({ name: `tenant-${TENANT}`, owner: undefined });
  const found = assureNoResidue({ ...all, databases: marked }, TENANT, signal);
  await expect(found).rejects.toThrow('Still there: 1 in database.');
});

test('many are counted', async () => {
  const many = Array.from({ length: 7 }, (_, at) => ({ name: `n${at}`, owner: markOf(TENANT) }));
  const { all, marked } = systems(...many);
  const found = assureNoResidue({ ...all, dns: marked }, TENANT, signal);
  await expect(found).rejects.toThrow('Still there: 7 in dns.');
});

test('what another registry has is not left of ours, not even a tenant of that very UUID', async () => {
  const owner = markOf(TENANT, 'tenure.example/beside');
  const { all, marked } = systems({ name: `tenant-${TENANT}`, owner });
  await expect(
    assureNoResidue({ ...all, databases: marked, dns: marked }, TENANT, signal),
  ).resolves.toBeUndefined();
});
