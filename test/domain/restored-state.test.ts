import { describe, expect, test } from '@jest/globals';
import { membershipRetracted } from '../../domain/fact-drafts.ts';
import { restoredChanges } from '../../domain/restored-state.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { FactDraft } from '../../facts/core/types.ts';
import { FactWriter, ISSUER, memberDraft, tenantDraft } from '../sdk/support/fact-writer.ts';
import { ACME, memberId } from '../sdk/support/tenants.ts';

const DOMAIN = 'tenants.example';

const factsOf = (tenant: string, drafts: readonly FactDraft[]) => {
  const writer = new FactWriter();
  for (const draft of drafts) writer.write(tenant, draft);
  return writer.facts;
};

const before: Tenant = {
  ...{ id: ACME, slug: 'acme', host: 'acme.old.example', displayName: 'Acme & Sons' },
  ...{ state: 'provisioning', isolation: 'silo', plan: 'team', demo: false },
  ...{ stateBefore: null, issuer: null, databaseUrl: null, createdAtMs: 1 },
  ...{ offboarding: null, archivedAtMs: null },
};

const frozenTrial: Tenant = { ...before, state: 'frozen', stateBefore: 'trial' };

describe('the state that signed facts tell', () => {
  test('of a tenant keeps the names that the backup has', () => {
    const facts = factsOf(ACME, [tenantDraft(ACME), memberDraft(memberId(1), 'jane', ['owner'])]);
    const [tenant, membership] = restoredChanges(facts, before, DOMAIN);
    expect(tenant).toMatchObject({
      type: 'tenant',
      tenant: { state: 'active', displayName: 'Acme & Sons', host: before.host, issuer: ISSUER },
    });
    expect(membership).toMatchObject({
      type: 'membership',
      membership: { id: memberId(1), tenant: ACME, state: 'active', roles: ['owner'] },
    });
  });

  test('of a tenant that the backup lacks has its slug for a name', () => {
    const [change] = restoredChanges(factsOf(ACME, [tenantDraft(ACME)]), undefined, DOMAIN);
    expect(change).toMatchObject({
      type: 'tenant',
      tenant: { id: ACME, state: 'active', databaseUrl: null },
    });
    if (change?.type !== 'tenant') throw new Error('no tenant');
    expect(change.tenant.host).toBe(`${change.tenant.slug}.${DOMAIN}`);
    expect(change.tenant.displayName).toBe(change.tenant.slug);
  });

  test.each([
    ['as the backup has it', [], { ...before, state: 'trial' }, 'trial'],
    ['as an older fact says', [tenantDraft(ACME, 'trial')], before, 'trial'],
    ['frozen when the backup was made', [], frozenTrial, 'trial'],
  ] as const)('of a frozen tenant remembers what it was before, %s', (_, older, row, was) => {
    const facts = factsOf(ACME, [...older, tenantDraft(ACME, 'frozen')]);
    expect(restoredChanges(facts, row, DOMAIN)).toMatchObject([
      { type: 'tenant', tenant: { state: 'frozen', stateBefore: was } },
    ]);
  });

  test('of a tenant that was unfrozen since remembers nothing', () => {
    const facts = factsOf(ACME, [tenantDraft(ACME, 'frozen'), tenantDraft(ACME, 'active')]);
    expect(restoredChanges(facts, before, DOMAIN)).toMatchObject([
      { type: 'tenant', tenant: { state: 'active', stateBefore: null } },
    ]);
  });

  test.each([
    ['silo', 'https://id.example/realms/old'],
    ['pool', ISSUER],
  ] as const)('of a tenant that is in %s now has the issuer of %s', (isolation, issuer) => {
    const draft = tenantDraft(ACME);
    const moved = { ...draft, body: { ...draft.body, isolation } } as FactDraft;
    const facts = factsOf(ACME, [moved, memberDraft(memberId(1), 'jane', ['owner'])]);
    const row: Tenant = { ...before, state: 'active', issuer: 'https://id.example/realms/old' };
    expect(restoredChanges(facts, row, DOMAIN)[0]).toMatchObject({ tenant: { isolation, issuer } });
  });

  test('has one row per subject, the newest', () => {
    const member = memberId(1);
    const roles = [['viewer'], ['owner']];
    const facts = factsOf(
      ACME,
      roles.map((of) => memberDraft(member, 'jane', of)),
    );
    expect(restoredChanges(facts, before, DOMAIN).slice(1)).toMatchObject([
      { type: 'membership', membership: { roles: ['owner'] } },
    ]);
  });

  test('has no row of a member whose fact was retracted: the invitation had ended', () => {
    const member = memberId(1);
    const gone = membershipRetracted(member);
    const facts = factsOf(ACME, [memberDraft(member, 'jane', []), gone]);
    expect(restoredChanges(facts, before, DOMAIN).slice(1)).toEqual([
      { type: 'membership-removed', tenant: ACME, member },
    ]);
  });

  test('of the platform is its catalog, and has no tenant', () => {
    const subject = 'role:viewer';
    const body = { scope: 'tenant', permissions: ['invoice:read'] } as const;
    const role: FactDraft = {
      ...{ kind: 'role', subject, op: 'assert' },
      body: { ...body, permissions: [...body.permissions] },
    };
    const gone: FactDraft = { kind: 'product', subject: 'product:seats', op: 'retract', body: {} };
    expect(restoredChanges(factsOf(PLATFORM_TENANT, [role, gone]), undefined, DOMAIN)).toEqual([
      { type: 'catalog', entry: { kind: 'role', name: 'viewer', body } },
      { type: 'catalog', entry: { kind: 'product', name: 'seats', body: undefined } },
    ]);
  });
});
