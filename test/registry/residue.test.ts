import { expect, test } from '@jest/globals';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import { assureNoResidue } from '../../registry/residue.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const signal = AbortSignal.timeout(10_000);

const listing = (...items: readonly InventoryItem[]) => ({
  inventory: () => Promise.resolve(items),
});

/** Every system has something of others. */
const systems = (...own: readonly InventoryItem[]) => {
  const port = listing({ name: 'acme', tenant: OTHER }, { name: 'acme', tenant: undefined });
  const marked = listing({ name: 'acme', tenant: OTHER }, ...own);
  return {
    port,
    marked,
    all: { identity: { silo: port, pool: port }, databases: port, routes: port, dns: port },
  };
};

test('nothing of the tenant is nothing, whatever others have of its name', async () => {
  const { all } = systems();
  await expect(assureNoResidue(all, TENANT, signal)).resolves.toBeUndefined();
});

test.each([
  ['identity', 'identity acme'],
  ['databases', 'database acme'],
  ['routes', 'route acme'],
  ['dns', 'dns acme'],
] as const)('its mark in %s is found and named', async (port, named) => {
  const { all, marked } = systems({ name: 'acme', tenant: TENANT });
  const with_ = port === 'identity' ? { silo: marked, pool: marked } : marked;
  const found = assureNoResidue({ ...all, [port]: with_ }, TENANT, signal);
  await expect(found).rejects.toMatchObject({
    ...{ code: 'residue-found', message: `Still there: ${named}.` },
  });
});

test('in the isolation mode that it does not have, too', async () => {
  const { all, marked, port } = systems({ name: 'acme', tenant: TENANT });
  for (const identity of [
    { silo: marked, pool: port },
    { silo: port, pool: marked },
  ])
    await expect(assureNoResidue({ ...all, identity }, TENANT, signal)).rejects.toThrow('acme');
});

test('without a mark, by its UUID for a name', async () => {
  const { all, marked } = systems({ name: `tenant-${TENANT}`, tenant: undefined });
  const found = assureNoResidue({ ...all, databases: marked }, TENANT, signal);
  await expect(found).rejects.toThrow(`Still there: database tenant-${TENANT}.`);
});

test('many are named in part, and counted', async () => {
  const many = Array.from({ length: 7 }, (_, at) => ({ name: `n${at}`, tenant: TENANT }));
  const { all, marked } = systems(...many);
  const found = assureNoResidue({ ...all, dns: marked }, TENANT, signal);
  await expect(found).rejects.toThrow(
    'Still there: dns n0, dns n1, dns n2, dns n3, dns n4 and 2 more.',
  );
});
