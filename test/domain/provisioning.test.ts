import { expect, test } from '@jest/globals';
import { activateTenant } from '../../domain/provisioning.ts';
import { ANN, assureDecided, catalogOf, refusalOf, TENANT, tenantOf, viewOf } from './views.ts';

const command = {
  tenant: TENANT,
  issuer: 'https://id.example.test/realms/acme',
  databaseUrl: 'http://db.example.test/acme',
  adminMember: ANN,
  adminSub: 'sub-of-ann',
};
const reserved = tenantOf({ state: 'provisioning', issuer: null, databaseUrl: null });
const view = viewOf({ tenant: reserved, members: [] });

test('activation makes the tenant active, its first admin the owner, and entitles by its plan', () => {
  const { changes, facts, audit } = assureDecided(activateTenant(view, command, 0));
  const { issuer, databaseUrl } = command;
  expect(changes).toEqual([
    { type: 'tenant', tenant: { ...reserved, state: 'active', issuer, databaseUrl } },
    {
      type: 'membership',
      membership: {
        id: ANN,
        tenant: TENANT,
        state: 'active',
        identity: { issuer, sub: 'sub-of-ann' },
        roles: ['org-owner'],
      },
    },
    {
      type: 'entitlement',
      entitlement: { tenant: TENANT, product: 'workspace', plan: 'team', limits: { members: 5 } },
    },
  ]);
  expect(facts.map(({ kind, subject, op }) => `${op} ${kind} ${subject}`)).toEqual([
    `assert tenant tenant:${TENANT}`,
    `assert membership member:${ANN}`,
    'assert entitlement entitlement:workspace',
  ]);
  expect(audit.map(({ action }) => action)).toEqual(['tenant.activated']);
});

test('facts and audit of an activation hold neither name nor address nor database', () => {
  const { facts, audit } = assureDecided(activateTenant(view, command, 0));
  const text = JSON.stringify([facts, audit]);
  expect(text).not.toContain(reserved.displayName);
  expect(text).not.toContain(command.databaseUrl);
});

test.each([
  ['tenant-not-found', viewOf({ tenant: undefined })],
  ['tenant-not-found', viewOf({ tenant: tenantOf({ id: ANN, state: 'provisioning' }) })],
  ['tenant-state', viewOf({ tenant: tenantOf({ state: 'active' }) })],
  ['tenant-state', viewOf({ tenant: tenantOf({ state: 'failed' }) })],
  ['plan-unknown', { ...view, catalog: catalogOf({ plans: new Map() }) }],
  ['role-unknown', { ...view, catalog: catalogOf({ roles: new Map() }) }],
])('activation is refused with %s', (code, refused) => {
  expect(refusalOf(activateTenant(refused, command, 0))).toBe(code);
});
