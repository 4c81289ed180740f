import { describe, expect, test } from '@jest/globals';
import type { TenantView } from '../../domain/decision.ts';
import { changePlan } from '../../domain/plan-change.ts';
import { activateTenant } from '../../domain/provisioning.ts';
import { freezeInputOf } from '../../domain/freezing.ts';
import type { Trial } from '../../domain/sales.ts';
import type { TenantState } from '../../domain/tenant.ts';
import { beginTrial, endTrial, extendTrial } from '../../domain/trials.ts';
import { ANN, assureDecided, BOB, refusalOf, TENANT, tenantOf, viewOf } from './views.ts';

const NOW = 1_000_000;
const DAY_MS = 86_400_000;
const running: Trial = {
  ...{ tenant: TENANT, operation: BOB, provisionedBy: ANN },
  ...{ state: 'running', endsAtMs: NOW + DAY_MS },
};
const inState = (state: TenantState, trial: Trial | undefined = running): TenantView =>
  viewOf({ tenant: tenantOf({ state }), trial });
const stateOf = (view: TenantView) => view.tenant?.state;

test('activation with a trial accepts the saga that ends it, in the same commit', () => {
  const view = viewOf({ tenant: tenantOf({ state: 'provisioning' }), members: [] });
  const trial = { operation: BOB, actor: 'operator', provisionedBy: ANN };
  const command = {
    ...{ tenant: TENANT, issuer: 'https://id.test', databaseUrl: 'http://db.test' },
    ...{ adminMember: ANN, adminSub: 'ann', trial },
  };
  const { changes, facts } = assureDecided(activateTenant(view, command, NOW));
  expect(changes).toContainEqual({
    ...{ type: 'operation', atMs: NOW },
    operation: {
      ...{ id: BOB, kind: 'runTrial', tenant: TENANT, actor: 'operator' },
      input: { provisionedBy: ANN },
    },
  });
  expect(facts[0]?.body).toMatchObject({ state: 'trial' });
});

test('a trial begins only for a tenant on trial, also while it is frozen', () => {
  const command = { operation: BOB, provisionedBy: ANN, endsAtMs: running.endsAtMs };
  const { changes, facts } = assureDecided(beginTrial(inState('trial', undefined), command, NOW));
  expect([changes, facts]).toEqual([[{ type: 'trial', trial: running }], []]);
  const frozen = (stateBefore: 'trial' | 'active') =>
    viewOf({ tenant: tenantOf({ state: 'frozen', stateBefore }) });
  expect(assureDecided(beginTrial(frozen('trial'), command, NOW)).changes).toEqual(changes);
  expect(refusalOf(beginTrial(frozen('active'), command, NOW))).toBe('tenant-state');
  expect(refusalOf(beginTrial(inState('active'), command, NOW))).toBe('tenant-state');
  expect(refusalOf(beginTrial(viewOf({ tenant: undefined }), command, NOW))).toBe(
    'tenant-not-found',
  );
});

describe('an extension', () => {
  test.each([
    ['decided', NOW + 2 * DAY_MS, inState('trial')],
    ['decided', NOW + 366 * DAY_MS, inState('trial')],
    ['trial-end', NOW + 366 * DAY_MS + 1, inState('trial')],
    ['trial-end', NOW + DAY_MS - 1, inState('trial')],
    ['trial-end', NOW, inState('trial', { ...running, endsAtMs: NOW - 1 })],
    ['trial-state', NOW + 2 * DAY_MS, inState('trial', { ...running, state: 'ended' })],
    ['tenant-state', NOW + 2 * DAY_MS, inState('frozen')],
    ['tenant-state', NOW + 2 * DAY_MS, inState('active')],
  ])('is %s: to %d', (outcome, endsAtMs, view) => {
    expect(refusalOf(extendTrial(view, { endsAtMs }, NOW))).toBe(outcome);
  });

  test('to the end that it has changes nothing', () => {
    const { endsAtMs } = running;
    expect(assureDecided(extendTrial(inState('trial'), { endsAtMs }, NOW)).changes).toEqual([]);
  });
});

describe('its end', () => {
  const command = { freezing: { id: ANN, actor: 'operator' } };

  test('accepts the saga that freezes a tenant that is still on trial, in the same commit', () => {
    const { changes, facts } = assureDecided(endTrial(inState('trial'), command, NOW));
    const input = { reason: 'trial-ended' };
    expect(changes).toEqual([
      { type: 'trial', trial: { ...running, state: 'ended' } },
      {
        ...{ type: 'operation', atMs: NOW },
        operation: { id: ANN, kind: 'freezeTenant', tenant: TENANT, actor: 'operator', input },
      },
    ]);
    expect(facts).toEqual([]);
    expect(freezeInputOf(input)).toEqual(input);
  });

  test.each([
    ['active', 'converted'],
    ['frozen', 'ended'],
    ['archived', 'ended'],
  ] as const)('leaves a tenant that became %s alone', (state, trialState) => {
    const view = inState(state);
    const { changes, facts } = assureDecided(endTrial(view, command, NOW));
    expect([changes, facts]).toEqual([
      [{ type: 'trial', trial: { ...running, state: trialState } }],
      [],
    ]);
    expect(stateOf(view)).toBe(state);
  });
});

test('a sale ends the trial: active, converted, and never twice', () => {
  const command = { plan: 'team', activates: true };
  const { changes } = assureDecided(changePlan(inState('trial'), command, NOW));
  expect(changes.slice(0, 2)).toEqual([
    { type: 'tenant', tenant: tenantOf({ state: 'active' }) },
    { type: 'trial', trial: { ...running, state: 'converted' } },
  ]);
  expect(refusalOf(changePlan(inState('active'), command, NOW))).toBe('tenant-state');
  expect(refusalOf(changePlan(inState('frozen'), command, NOW))).toBe('tenant-state');
});
