import { beforeEach, expect, test } from '@jest/globals';
import { createMemoryIdentity } from '../../adapters/memory/identity.ts';
import { aPerson, anIdentityRequest } from '../contracts/identity.ts';
import type { Membership } from '../../domain/membership.ts';
import type { Tenant } from '../../domain/tenant.ts';
import {
  closeOther,
  prepareTarget,
  removeOther,
  settleMembers,
  welcomeMembers,
} from '../../registry/move-tenant.ts';
import type { MovePorts } from '../../registry/move-tenant.ts';
import { aCall } from '../contracts/a-call.ts';
import { ANN, BOB, memberOf, tenantOf, TENANT } from '../domain/views.ts';

const call = aCall({ tenant: TENANT });
const { slug } = anIdentityRequest();
const ISSUER = `https://id.test/realms/${slug}`;

let outside: ReturnType<typeof createMemoryIdentity>;
let tenant: Tenant;
let members: Membership[];
let mailed: string[];
let ports: MovePorts;

const at = (id: string, over: Partial<Membership> = {}): Membership =>
  memberOf({ id, identity: { issuer: ISSUER, sub: id }, roles: ['org-member'], ...over });

beforeEach(async () => {
  outside = createMemoryIdentity({ issuerBase: 'https://id.test' });
  mailed = [];
  tenant = tenantOf({ slug, isolation: 'silo', issuer: ISSUER });
  members = [at(ANN, { roles: ['org-owner'] }), at(BOB)];
  await outside.identity.ensure({ ...anIdentityRequest(), slug }, call);
  const welcome: typeof outside.pool.welcome = async ({ sub }) => void mailed.push(sub);
  ports = {
    identity: { silo: outside.identity, pool: { ...outside.pool, welcome } },
    tenants: {
      findTenant: async () => tenant,
      findMember: async (_tenant, id) => members.find((member) => member.id === id),
      listMembers: async () => members,
    },
    reconcile: { findProvisioning: async () => undefined },
    invitations: { listInvitations: async () => [] },
    secrets: {
      put: async () => undefined,
      find: async () => undefined,
      removeAll: async () => undefined,
    },
  };
});

const placeOf = (sub = 'nobody') => outside.findInPool(slug)?.members?.[sub];

/** What the commit writes. */
function commit({ issuer, subs }: { issuer: string; subs: Readonly<Record<string, string>> }) {
  tenant = { ...tenant, isolation: 'pool', issuer };
  members = members.map((member) => {
    const sub = subs[member.identity?.sub ?? ''];
    return sub === undefined ? member : { ...member, identity: { issuer, sub } };
  });
}

test('the target has everybody’s place, again and again the same', async () => {
  const moved = await prepareTarget(ports, 'pool', call);
  expect(await prepareTarget(ports, 'pool', call)).toEqual(moved);
  expect(moved).toMatchObject({ from: ISSUER, issuer: `https://id.test/pool/realms/${slug}` });
  expect([placeOf(moved.subs[ANN]), placeOf(moved.subs[BOB])]).toEqual([
    ...[['org-owners'], ['org-members']],
  ]);
});

test('who left while the tenant was moved has no place afterwards, and had one before', async () => {
  const moved = await prepareTarget(ports, 'pool', call);
  commit(moved);
  members = members.filter(({ id }) => id !== BOB);
  // Without the settlement it would stay.
  expect(placeOf(moved.subs[BOB])).toEqual(['org-members']);
  expect(await settleMembers(ports, moved, call)).toMatchObject({ subs: {} });
  expect([placeOf(moved.subs[ANN]), placeOf(moved.subs[BOB])]).toEqual([['org-owners'], undefined]);
});

test('who joined at the place before is taken along, and who is there is mailed', async () => {
  const moved = await prepareTarget(ports, 'pool', call);
  commit(moved);
  const { sub } = aPerson();
  members.push(at('late', { identity: { issuer: ISSUER, sub } }));
  const late = await settleMembers(ports, moved, call);
  expect(Object.keys(late.subs)).toEqual([sub]);
  expect(placeOf(late.subs[sub])).toEqual(['org-members']);
  expect(await settleMembers(ports, moved, call)).toEqual(late);
  commit(late);
  members.push(at('off', { state: 'inactive', identity: { issuer: late.issuer, sub: 'off' } }));
  await welcomeMembers(ports, call);
  const active = [...Object.values(moved.subs), ...Object.values(late.subs)];
  expect(mailed.toSorted()).toEqual(active.toSorted());
});

test('what closes and removes never touches the place where the tenant lives', async () => {
  await prepareTarget(ports, 'pool', call);
  await closeOther(ports, call);
  expect(outside.findInPool(slug)?.suspended).toBe(true);
  await removeOther(ports, call);
  expect([outside.find(slug)?.suspended, outside.findInPool(slug)]).toEqual([undefined, undefined]);
  commit(await prepareTarget(ports, 'pool', call));
  await closeOther(ports, call);
  await removeOther(ports, call);
  expect([outside.find(slug), outside.findInPool(slug)?.suspended]).toEqual([undefined, undefined]);
});

test('a tenant that was archived meanwhile leaves nothing behind, and has no issuer any more', async () => {
  commit(await prepareTarget(ports, 'pool', call));
  tenant = { ...tenant, state: 'archived', issuer: null };
  await removeOther(ports, call);
  expect(outside.find(slug)).toBeUndefined();
});

test('nobody is mailed a way into a tenant that was frozen meanwhile', async () => {
  commit(await prepareTarget(ports, 'pool', call));
  tenant = { ...tenant, state: 'frozen' };
  await welcomeMembers(ports, call);
  expect(mailed).toEqual([]);
});
