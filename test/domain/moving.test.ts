import { describe, expect, test } from '@jest/globals';
import type { TenantView } from '../../domain/decision.ts';
import type { Membership } from '../../domain/membership.ts';
import { moveInputOf, moveTenant, rebindLatecomers } from '../../domain/moving.ts';
import { factsOf } from '../../domain/restate.ts';
import { TENANT_STATES } from '../../domain/tenant.ts';
import { assureDecided, memberOf, refusalOf, TENANT, tenantOf, viewOf } from './views.ts';

const FROM = 'https://id.example.test/realms/acme';
const POOL = 'https://id.example.test/realms/pool';
const move = { to: 'pool', from: FROM, issuer: POOL } as const;

const aMember = (at: number, over: Partial<Membership> = {}): Membership =>
  memberOf({
    id: `22222222-2222-4222-8222-${String(at).padStart(12, '0')}`,
    identity: { issuer: FROM, sub: `sub-${at}` },
    roles: [],
    ...over,
  });

/** Members of every kind, always the same for a seed: states, roles, some without an identity. */
function anyMembers(seed: number): Membership[] {
  let state = seed + 1;
  const draw = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  return Array.from({ length: 1 + draw(30) }, (_, at) => {
    const [pending, inactive] = [draw(4) === 0, draw(3) === 0];
    const roles = ['org-admin', 'org-member', 'org-owner'].filter(() => draw(2) === 0);
    if (pending) return aMember(at, { state: 'pending', identity: null, roles });
    return aMember(at, { state: inactive ? 'inactive' : 'active', roles });
  });
}

const subsOf = (members: readonly Membership[]): Record<string, string> =>
  Object.fromEntries(
    members.flatMap(({ identity }) => (identity ? [[identity.sub, `pool-${identity.sub}`]] : [])),
  );

/** The rows after a decision, as the store writes them. */
function after(view: TenantView, decision: ReturnType<typeof moveTenant>): TenantView {
  const { changes } = assureDecided(decision);
  const tenant = changes.find((change) => change.type === 'tenant')?.tenant ?? view.tenant;
  const changed = new Map(
    changes.flatMap((change) =>
      change.type === 'membership' ? [[change.membership.id, change.membership] as const] : [],
    ),
  );
  return { ...view, tenant, members: view.members.map((one) => changed.get(one.id) ?? one) };
}

/** What readers fold: the last assert of each subject. */
function fold(facts: readonly { readonly subject: string; readonly body: unknown }[]) {
  return new Map(facts.map(({ subject, body }) => [subject, body as Record<string, unknown>]));
}

describe('members, roles and states are equal before and after, by the fold of the facts', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))('members of seed %i', (seed) => {
    const members = anyMembers(seed);
    const view = viewOf({ members });
    const decision = moveTenant(view, { ...move, subs: subsOf(members) }, 0);
    const told = [...factsOf(TENANT, view), ...assureDecided(decision).facts];
    const [was, is] = [fold(factsOf(TENANT, view)), fold(told)];
    // The rows say the same as the facts.
    expect(is).toEqual(fold(factsOf(TENANT, after(view, decision))));
    expect([...is.keys()]).toEqual([...was.keys()]);
    for (const [subject, { identity, ...kept }] of is) {
      const { identity: before, ...same } = was.get(subject) ?? {};
      if (subject.startsWith('tenant:')) expect(kept).toEqual({ ...same, isolation: 'pool' });
      else expect(kept).toEqual(same);
      const sub = (before as Membership['identity'])?.sub;
      expect(identity).toEqual(before && { issuer: POOL, sub: `pool-${sub}` });
    }
    // One fact each, and none of who is not bound.
    const bound = members.filter((one) => one.identity !== null);
    expect(assureDecided(decision).facts).toHaveLength(1 + bound.length);
  });
});

test('no identity of before grants anything any more, and nobody gets that of another', () => {
  const members = [aMember(1), aMember(2)];
  const view = viewOf({ members });
  const { members: moved } = after(view, moveTenant(view, { ...move, subs: subsOf(members) }, 0));
  expect(moved.map(({ id, identity }) => [id, identity])).toEqual(
    members.map(({ id, identity }) => [id, { issuer: POOL, sub: `pool-${identity?.sub}` }]),
  );
});

test('who changed meanwhile is moved as they are now; who was not taken along stays', () => {
  const members = [aMember(1, { roles: ['org-owner'] }), aMember(2), aMember(3)];
  const view = viewOf({ members: [{ ...members[0]!, roles: [] }, ...members.slice(1)] });
  const subs = subsOf(members.slice(0, 2));
  const moved = after(view, moveTenant(view, { ...move, subs }, 0)).members;
  expect(moved.map(({ roles, identity }) => [roles, identity?.issuer])).toEqual([
    ...[[[], POOL] as const, [[], POOL] as const, [[], FROM] as const],
  ]);
});

test('a name that every object has is nobody’s new identity', () => {
  const members = [aMember(1, { identity: { issuer: FROM, sub: 'constructor' } })];
  const { facts } = assureDecided(moveTenant(viewOf({ members }), { ...move, subs: {} }, 0));
  expect(facts.map(({ kind }) => kind)).toEqual(['tenant']);
});

test('only the mode and the issuer of the tenant change, and the audit has both modes', () => {
  const { changes, audit } = assureDecided(moveTenant(viewOf(), { ...move, subs: {} }, 0));
  const tenant = tenantOf({ isolation: 'pool', issuer: POOL });
  expect(changes).toEqual([{ type: 'tenant', tenant }]);
  const detail = { from: 'silo', to: 'pool', members: 0 };
  expect(audit).toEqual([{ action: 'tenant.moved', target: `tenant:${TENANT}`, detail }]);
});

test('a tenant that is not open, is there already, or is not there at all is not moved', () => {
  const refused = (over: Partial<TenantView>) =>
    refusalOf(moveTenant(viewOf(over), { ...move, subs: {} }, 0));
  const open = TENANT_STATES.filter(
    (state) => refused({ tenant: tenantOf({ state }) }) === 'decided',
  );
  expect(open).toEqual(['trial', 'active']);
  expect(refused({ tenant: tenantOf({ isolation: 'pool' }) })).toBe('tenant-state');
  expect(refused({ tenant: undefined })).toBe('tenant-not-found');
});

test('latecomers are rebound in any state of the tenant, and nothing is said of the others', () => {
  const late = aMember(1, { state: 'active' });
  const there = aMember(2, { identity: { issuer: POOL, sub: 'pool-sub-2' } });
  const view = viewOf({ tenant: tenantOf({ state: 'frozen' }), members: [late, there] });
  const bind = { from: FROM, issuer: POOL, subs: { ...subsOf([late]), 'pool-sub-2': 'other' } };
  const decided = assureDecided(rebindLatecomers(view, bind, 0));
  expect(decided.facts).toMatchObject([{ body: { identity: { sub: 'pool-sub-1' } } }]);
  expect(decided.audit).toMatchObject([{ action: 'membership.moved' }]);
  expect(rebindLatecomers(view, { ...bind, subs: {} }, 0)).toEqual({
    ...{ changes: [], facts: [], audit: [] },
  });
});

test('the input of another kind is a bug', () => {
  expect(moveInputOf({ to: 'pool' })).toEqual({ to: 'pool' });
  for (const to of [undefined, 'both']) expect(() => moveInputOf({ to })).toThrow(TypeError);
});
