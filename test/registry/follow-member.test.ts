import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Membership } from '../../domain/membership.ts';
import { admitMember, followMember } from '../../registry/follow-member.ts';
import type { FollowPorts } from '../../registry/follow-member.ts';
import { createMemoryIdentity } from '../../adapters/memory/identity.ts';
import { aCall } from '../contracts/a-call.ts';
import { anIdentityRequest } from '../contracts/identity.ts';
import { ANN, BOB, memberOf, tenantOf, TENANT } from '../domain/views.ts';

const call = aCall({ tenant: TENANT });
const request = anIdentityRequest();
const tenant = tenantOf({ slug: request.slug });

let rows: Membership[];
let outside: ReturnType<typeof createMemoryIdentity>;
let ports: FollowPorts;
/** Runs once, right after the next call outside. */
let meanwhile: () => void;

beforeEach(async () => {
  rows = [memberOf({ roles: ['org-member'] })];
  outside = createMemoryIdentity({ issuerBase: 'https://id.test' });
  await outside.identity.ensure(request, call);
  meanwhile = () => {};
  const then = async (work: Promise<void>) => {
    await work;
    meanwhile();
    meanwhile = () => {};
  };
  const identity = {
    ...outside.identity,
    ensureMember: (...args: Parameters<typeof outside.identity.ensureMember>) =>
      then(outside.identity.ensureMember(...args)),
    removeMember: (...args: Parameters<typeof outside.identity.removeMember>) =>
      then(outside.identity.removeMember(...args)),
  };
  ports = {
    identity: { silo: identity, pool: identity },
    tenants: {
      findTenant: async () => tenant,
      findMember: async (_tenant, id) => rows.find((row) => row.id === id),
      listMembers: async () => rows,
    },
  };
});

const groups = () => outside.find(request.slug)?.members?.['ann'];
const set = (...next: Membership[]) => void rows.splice(0, rows.length, ...next);

test('an active member is in the groups of its roles, an inactive one in none', async () => {
  await followMember(ports, ANN, call);
  expect(groups()).toEqual(['org-members']);
  set(memberOf({ state: 'inactive' }));
  await followMember(ports, ANN, call);
  expect(groups()).toBeUndefined();
});

test('one whose row is gone is found by the sub that was kept, or by nobody', async () => {
  await followMember(ports, ANN, call);
  set();
  await followMember(ports, ANN, call);
  expect(groups()).toEqual(['org-members']);
  await followMember(ports, ANN, call, 'ann');
  expect(groups()).toBeUndefined();
});

test('who left and is back by another invitation keeps what that one gave', async () => {
  set(memberOf({ id: BOB, roles: ['org-admin'] }));
  await followMember(ports, ANN, call, 'ann');
  expect(groups()).toEqual(['org-admins']);
  set(memberOf({ state: 'inactive' }), memberOf({ id: BOB, roles: ['org-admin'] }));
  await followMember(ports, ANN, call);
  expect(groups()).toEqual(['org-admins']);
});

describe('what is committed while a call is on its way', () => {
  test('is followed too: a removal that meets a reactivation', async () => {
    set(memberOf({ state: 'inactive' }));
    meanwhile = () => set(memberOf({ roles: ['org-admin'] }));
    await followMember(ports, ANN, call);
    expect(groups()).toEqual(['org-admins']);
  });

  test('is followed too: an addition that meets a deactivation', async () => {
    meanwhile = () => set(memberOf({ state: 'inactive' }));
    await followMember(ports, ANN, call);
    expect(groups()).toBeUndefined();
  });
});

test('who is admitted has its place before any row says so, and goes when it was not committed', async () => {
  set(memberOf({ state: 'inactive', roles: ['org-admin'] }));
  await admitMember(ports, ANN, call);
  expect(groups()).toEqual(['org-admins']);
  await followMember(ports, ANN, call);
  expect(groups()).toBeUndefined();
});

test('nobody is admitted whom no row knows, or who is bound to nobody', async () => {
  set(memberOf({ state: 'pending', identity: null }));
  await admitMember(ports, ANN, call);
  await admitMember(ports, BOB, call);
  expect(Object.keys(outside.find(request.slug)?.members ?? {})).toEqual([request.adminUserId]);
});
