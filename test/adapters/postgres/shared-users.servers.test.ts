import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Isolation } from '../../../domain/isolation.ts';
import { createSharedUsers } from '../../../adapters/postgres/shared-users.ts';
import { accepted, provisionRequest, registryDatabase } from './registry-database.ts';
import type { RegistryDatabase } from './registry-database.ts';

const ISSUER = 'https://id.example.test/realms/pool';

let registry: RegistryDatabase;
let sharedUsers: ReturnType<typeof createSharedUsers>;
beforeAll(async () => {
  registry = await registryDatabase();
  sharedUsers = createSharedUsers(registry);
});
afterAll(async () => {
  await sharedUsers.close();
  await registry.close();
});

async function aTenant(state = 'active', isolation: Isolation = 'pool'): Promise<string> {
  const { tenant } = await accepted(registry.api.operations, provisionRequest({ isolation }));
  await registry.admin.query('update tenants set state = $2 where id = $1', [tenant, state]);
  return tenant;
}

const enrol = (tenant: string, sub: string, { state = 'inactive', issuer = ISSUER } = {}) =>
  registry.admin.query(
    `insert into memberships (tenant, id, state, issuer, sub, roles)
     values ($1, $2, $3, $4, $5, '{}')`,
    [tenant, randomUUID(), state, issuer, sub],
  );

const invite = (tenant: string, id: string) =>
  registry.admin.query(
    `insert into invitations (tenant, id, member, email, email_key, roles, state, invited_at)
     values ($1, $2, $2, 'Jane@acme.test', 'jane@acme.test', '{}', 'pending', now())`,
    [tenant, id],
  );

const needed = async (tenant: string, ...users: [sub: string, email?: string][]) => [
  ...(await sharedUsers.neededBeside(
    tenant,
    users.map(([sub, email]) => ({ issuer: ISSUER, sub, email })),
  )),
];

test('who is a member of another tenant is needed there, also deactivated', async () => {
  const [maker, other] = [await aTenant(), await aTenant()];
  const [inactive, active, own] = [randomUUID(), randomUUID(), randomUUID()];
  await enrol(other, inactive);
  await enrol(other, active, { state: 'active' });
  await enrol(maker, own);
  const asked = [[inactive], [active], [own], [randomUUID()]] as [string][];
  expect((await needed(maker, ...asked)).toSorted()).toEqual([inactive, active].toSorted());
  expect(await needed(other, [own])).toEqual([own]);
});

test('a member of the same sub at another issuer is somebody else', async () => {
  const [maker, other] = [await aTenant(), await aTenant()];
  const sub = randomUUID();
  await enrol(other, sub, { issuer: 'https://id.example.test/realms/acme' });
  expect(await needed(maker, [sub])).toEqual([]);
});

test('who has left with a whole tenant is needed no longer', async () => {
  const maker = await aTenant();
  const sub = randomUUID();
  for (const state of ['archived', 'failed']) await enrol(await aTenant(state), sub);
  expect(await needed(maker, [sub])).toEqual([]);
});

test('whom another tenant has invited is needed until the invitation has ended', async () => {
  const [maker, other] = [await aTenant(), await aTenant()];
  const [id, sub] = [randomUUID(), randomUUID()];
  await invite(other, id);
  expect(await needed(maker, [sub, 'Jane@Acme.test'], [randomUUID()])).toEqual([sub]);
  expect(await needed(other, [sub, 'jane@acme.test'])).toEqual([]);
  const end = (text: string) =>
    registry.admin.query(`update invitations set ${text} where id = $1`, [id]);
  // Accepted, and not yet a member.
  await end(`state = 'accepted'`);
  expect(await needed(maker, [sub, 'jane@acme.test'])).toEqual([sub]);
  for (const text of ['settled_at = now()', `state = 'revoked', settled_at = null`]) {
    await end(text);
    expect(await needed(maker, [sub, 'jane@acme.test'])).toEqual([]);
  }
});

test('whom a silo has invited has a user there, and needs one here when the silo moves in', async () => {
  const [maker, silo] = [await aTenant(), await aTenant('active', 'silo')];
  const sub = randomUUID();
  await invite(silo, randomUUID());
  expect(await needed(maker, [sub, 'jane@acme.test'])).toEqual([]);
  await registry.admin.query(`update operations set kind = 'moveTenant' where tenant = $1`, [silo]);
  expect(await needed(maker, [sub, 'jane@acme.test'])).toEqual([sub]);
});
