import { expect, test } from '@jest/globals';
import {
  FREEZE_REASONS,
  freezeInputOf,
  freezeTenant,
  unfreezeTenant,
} from '../../domain/freezing.ts';
import { TENANT_STATES } from '../../domain/tenant.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { ANN, assureDecided, BOB, refusalOf, TENANT, tenantOf, viewOf } from './views.ts';

const reason = 'unpaid';
const again = { id: BOB, actor: 'operator' };

/** The tenant's row as a decision leaves it. */
function rowOf(decision: Parameters<typeof assureDecided>[0]): Tenant {
  const [change] = assureDecided(decision).changes;
  if (change?.type !== 'tenant') throw new Error('no change of the tenant');
  return change.tenant;
}

test.each(['trial', 'active'] as const)(
  'unfreezing gives back the state before: a tenant that was %s is so again, whole',
  (state) => {
    const before = tenantOf({ state });
    const frozen = rowOf(freezeTenant(viewOf({ tenant: before }), { reason }, 0));
    expect(frozen).toEqual({ ...before, state: 'frozen', stateBefore: state });
    expect(rowOf(unfreezeTenant(viewOf({ tenant: frozen }), { again }, 0))).toEqual(before);
  },
);

test.each([
  ['trial', 'ended', ['tenant', 'operation']],
  ['trial', 'running', ['tenant']],
  ['active', 'converted', ['tenant']],
  ['active', 'ended', ['tenant']],
] as const)('a trial that has ended begins anew: %s, whose trial is %s', (before, state, types) => {
  const trial = { tenant: TENANT, operation: ANN, provisionedBy: ANN, state, endsAtMs: 0 };
  const view = viewOf({ tenant: tenantOf({ state: 'frozen', stateBefore: before }), trial });
  const { changes } = assureDecided(unfreezeTenant(view, { again }, 7));
  expect(changes.map(({ type }) => type)).toEqual(types);
  const input = { provisionedBy: ANN };
  const operation = { ...again, kind: 'runTrial', tenant: TENANT, input };
  if (types.length > 1) expect(changes[1]).toEqual({ type: 'operation', operation, atMs: 7 });
});

test('data planes are told the state and nothing else: the reason stays in the audit', () => {
  const { facts, audit } = assureDecided(freezeTenant(viewOf(), { reason }, 0));
  const { id, slug, plan, isolation, demo } = tenantOf();
  expect(facts).toEqual([
    {
      ...{ kind: 'tenant', subject: `tenant:${id}`, op: 'assert' },
      body: { slug, plan, isolation, demo, state: 'frozen' },
    },
  ]);
  expect(audit).toMatchObject([{ action: 'tenant.frozen', detail: { reason, from: 'active' } }]);
});

test('a tenant that is neither active nor a trial cannot be frozen', () => {
  const refused = TENANT_STATES.filter(
    (state) =>
      refusalOf(freezeTenant(viewOf({ tenant: tenantOf({ state }) }), { reason }, 0)) ===
      'tenant-state',
  );
  expect(refused).toEqual(['provisioning', 'frozen', 'archived', 'failed']);
});

test('only a frozen tenant can be unfrozen, and only to what it remembers', () => {
  const refused = TENANT_STATES.filter((state) => {
    const tenant = tenantOf({ state, stateBefore: 'active' });
    return refusalOf(unfreezeTenant(viewOf({ tenant }), { again }, 0)) === 'tenant-state';
  });
  expect(refused).toEqual(['provisioning', 'trial', 'active', 'archived', 'failed']);
  const forgetful = tenantOf({ state: 'frozen', stateBefore: null });
  expect(refusalOf(unfreezeTenant(viewOf({ tenant: forgetful }), { again }, 0))).toBe(
    'tenant-state',
  );
});

test('a tenant that is not there is neither frozen nor unfrozen', () => {
  const view = { ...viewOf(), tenant: undefined };
  expect(refusalOf(freezeTenant(view, { reason }, 0))).toBe('tenant-not-found');
  expect(refusalOf(unfreezeTenant(view, { again }, 0))).toBe('tenant-not-found');
});

test('the input of the operation is a reason of the closed list', () => {
  for (const each of FREEZE_REASONS)
    expect(freezeInputOf({ reason: each })).toEqual({ reason: each });
  expect(() => freezeInputOf({ reason: 'they were rude' })).toThrow(TypeError);
  expect(() => freezeInputOf({})).toThrow(TypeError);
});
