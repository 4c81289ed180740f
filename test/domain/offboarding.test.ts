import { describe, expect, test } from '@jest/globals';
import type { TenantBody } from '../../facts/core/bodies.ts';
import type { Decision, Rule } from '../../domain/decision.ts';
import { unfreezeTenant } from '../../domain/freezing.ts';
import {
  archiveTenant,
  beginOffboarding,
  endRetention,
  revokeOffboarding,
} from '../../domain/offboarding.ts';
import { TENANT_STATES, type Tenant } from '../../domain/tenant.ts';
import { assureDecided, refusalOf, tenantOf, viewOf } from './views.ts';

const operation = '55555555-5555-4555-8555-555555555555';
const other = '66666666-6666-4666-8666-666666666666';
const again = { id: other, actor: 'operator' };
const NOW_MS = 1_000;

const begin = (tenant: Tenant) => beginOffboarding(viewOf({ tenant }), { operation }, 0);

/** The tenant's row as a decision leaves it. */
function rowOf(decision: Decision): Tenant {
  const [change] = assureDecided(decision).changes;
  if (change?.type !== 'tenant') throw new Error('no change of the tenant');
  return change.tenant;
}

const toldBy = (decision: Decision) =>
  assureDecided(decision).facts.map(({ kind, op, body }) => [kind, op, (body as TenantBody).state]);

test.each(['trial', 'active'] as const)(
  'a tenant that is %s is frozen and told so; revoked, it is the same again, whole',
  (state) => {
    const before = tenantOf({ state });
    const begun = begin(before);
    const leaving = rowOf(begun);
    expect(leaving).toEqual({
      ...before,
      state: 'frozen',
      stateBefore: state,
      offboarding: operation,
    });
    expect(toldBy(begun)).toEqual([['tenant', 'assert', 'frozen']]);
    const back = revokeOffboarding(
      viewOf({ tenant: leaving }),
      { operation, thaws: true, again },
      0,
    );
    expect(rowOf(back)).toEqual(before);
    expect(toldBy(back)).toEqual([['tenant', 'assert', state]]);
  },
);

test('a trial whose time was over meanwhile begins anew: there is none without an end', () => {
  const tenant = rowOf(begin(tenantOf({ state: 'trial' })));
  const trial = { tenant: tenant.id, operation, provisionedBy: other, endsAtMs: 1 };
  const returned = (state: 'running' | 'ended') => {
    const view = viewOf({ tenant, trial: { ...trial, state } });
    const back = revokeOffboarding(view, { operation, thaws: true, again }, NOW_MS);
    return assureDecided(back).changes.map(({ type }) => type);
  };
  expect(returned('ended')).toEqual(['tenant', 'operation']);
  expect(returned('running')).toEqual(['tenant']);
});

test('a frozen one is told nothing; revoked, it is frozen as before', () => {
  const before = tenantOf({ state: 'frozen', stateBefore: 'trial' });
  const begun = begin(before);
  expect(toldBy(begun)).toEqual([]);
  const view = viewOf({ tenant: rowOf(begun) });
  const back = revokeOffboarding(view, { operation, thaws: false, again }, 0);
  expect([rowOf(back), toldBy(back)]).toEqual([before, []]);
});

test('who is on the way in, has left, or leaves already cannot leave', () => {
  const refused = TENANT_STATES.map((state) => refusalOf(begin(tenantOf({ state }))));
  expect(Object.fromEntries(TENANT_STATES.map((state, at) => [state, refused[at]]))).toEqual({
    ...{ provisioning: 'tenant-state', archived: 'tenant-state', failed: 'tenant-state' },
    ...{ trial: 'decided', active: 'decided', frozen: 'decided' },
  });
  expect(refusalOf(begin(rowOf(begin(tenantOf()))))).toBe('tenant-leaving');
  expect(refusalOf(beginOffboarding(viewOf({ tenant: undefined }), { operation }, 0))).toBe(
    'tenant-not-found',
  );
});

test('what an offboarding froze, unfreezing does not give back', () => {
  const tenant = rowOf(begin(tenantOf()));
  expect(refusalOf(unfreezeTenant(viewOf({ tenant }), { again }, 0))).toBe('tenant-leaving');
  const revoked = { ...tenant, offboarding: null };
  expect(refusalOf(unfreezeTenant(viewOf({ tenant: revoked }), { again }, 0))).toBe('decided');
});

test('the receipt is the tenant’s fact; the row keeps its slug, and nothing personal', () => {
  const leaving = rowOf(begin(tenantOf({ displayName: 'Ann & Sons' })));
  const archived = archiveTenant(viewOf({ tenant: leaving }), { operation }, NOW_MS);
  expect(toldBy(archived)).toEqual([['tenant', 'assert', 'archived']]);
  expect(rowOf(archived)).toEqual({
    ...{ ...leaving, state: 'archived', stateBefore: null, archivedAtMs: NOW_MS },
    ...{ displayName: 'acme', issuer: null, databaseUrl: null },
  });
  expect(JSON.stringify(archived)).not.toContain('Ann');
});

describe('each wake-up asks the rule again', () => {
  const asked: readonly [string, Rule<never>, object][] = [
    ['the end of the retention', endRetention as Rule<never>, { operation, revoked: false }],
    ['the return', revokeOffboarding as Rule<never>, { operation, thaws: true, again }],
    ['the archive', archiveTenant as Rule<never>, { operation }],
  ];
  test.each(asked)(
    '%s is refused unless the tenant still leaves by this saga',
    (_, rule, command) => {
      const ask = (tenant: Tenant | undefined) =>
        refusalOf(rule(viewOf({ tenant }), command as never, 0));
      const leaving = rowOf(begin(tenantOf()));
      expect(ask(leaving)).toBe('decided');
      expect(ask({ ...leaving, offboarding: other })).toBe('tenant-state');
      expect(ask({ ...leaving, offboarding: null })).toBe('tenant-state');
      expect(ask({ ...leaving, state: 'active' })).toBe('tenant-state');
      expect(ask({ ...leaving, state: 'archived' })).toBe('tenant-state');
      expect(ask(undefined)).toBe('tenant-not-found');
    },
  );
});
