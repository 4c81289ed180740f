import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryDns } from '../../../adapters/memory/dns.ts';
import { createMemoryRoutes } from '../../../adapters/memory/routes.ts';
import { createMemoryTenantDatabase } from '../../../adapters/memory/tenant-database.ts';
import { aCall } from '../../contracts/a-call.ts';

test('embedded DNS, routes and databases are there again after a restart', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tenure-memory-'));
  try {
    const file = (name: string) => ({ file: join(dir, name) });
    const call = aCall();
    const open = () => ({
      dns: createMemoryDns(file('dns')),
      routes: createMemoryRoutes(file('routes')),
      databases: createMemoryTenantDatabase(file('databases')),
    });
    const before = open();
    await before.dns.ensure('acme.saas.test', call);
    await before.routes.ensure({ slug: 'acme', host: 'acme.saas.test' }, call);
    await before.databases.ensure(call);

    const after = open();
    expect(after.dns.find('acme.saas.test')).toEqual({ record: true, owner: call.owner });
    expect(after.routes.find('acme')).toEqual({ host: 'acme.saas.test', owner: call.owner });
    expect(after.databases.find(call.owner.tenant)).toEqual({ used: false, owner: call.owner });
    await after.dns.remove('acme.saas.test', call);
    expect(open().dns.find('acme.saas.test')).toBeUndefined();
  } finally {
    rmSync(dir, { recursive: true });
  }
});
