import { describe, expect, test } from '@jest/globals';
import { isHeldKind, restate } from '../../domain/restate.ts';
import type { TenantView } from '../../domain/decision.ts';
import type { Subject } from '../../domain/restate.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { ANN, BOB, memberOf, TENANT, tenantOf, viewOf } from './views.ts';

const entitlement = { tenant: TENANT, product: 'workspace', plan: 'team', limits: { members: 5 } };
const held = (over: Partial<TenantView> = {}): TenantView => ({
  ...viewOf(),
  entitlements: [entitlement],
  ...over,
});
const of = (kind: Subject['kind'], name: string): Subject => ({
  kind,
  subject: `${kind === 'membership' ? 'member' : kind}:${name}`,
});

describe('what the registry says again', () => {
  test('is the whole state of each subject as it holds it now, in the order that was asked', () => {
    const subjects = [of('entitlement', 'workspace'), of('membership', ANN), of('tenant', TENANT)];
    const facts = restate(TENANT, held(), subjects);
    expect(facts.map(({ subject, op }) => [subject, op])).toEqual(
      subjects.map(({ subject }) => [subject, 'assert']),
    );
    expect(facts[0]?.body).toEqual({
      ...{ product: 'workspace', plan: 'team', until: null },
      limits: { members: 5 },
    });
    expect(facts[1]?.body).toMatchObject({ state: 'active', roles: memberOf().roles });
    expect(facts[2]?.body).toMatchObject({ slug: 'acme', state: 'active' });
  });

  test('is a retraction of what it does not hold', () => {
    const subjects = [of('membership', BOB), of('entitlement', 'gone'), of('tenant', TENANT)];
    const facts = restate(TENANT, held({ tenant: tenantOf({ state: 'failed' }) }), subjects);
    expect(facts).toEqual(subjects.map((one) => ({ ...one, op: 'retract', body: {} })));
  });

  test('of the platform is its catalog', () => {
    const subjects = [of('role', 'org-member'), of('plan', 'team'), of('product', 'gone')];
    const facts = restate(PLATFORM_TENANT, held({ tenant: undefined, members: [] }), subjects);
    expect(facts.map(({ op }) => op)).toEqual(['assert', 'assert', 'retract']);
    expect(facts[0]?.body).toEqual({ scope: 'tenant', permissions: ['tenant:read'] });
  });
});

test('of kinds without rows nothing can be said, so that a retraction would be a guess', () => {
  expect(['project', 'grant', 'app', 'later-kind'].filter(isHeldKind)).toEqual([]);
  expect(['tenant', 'membership', 'entitlement', 'role'].every(isHeldKind)).toBe(true);
});
