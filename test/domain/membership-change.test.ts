import { describe, expect, test } from '@jest/globals';
import type { TenantView } from '../../domain/decision.ts';
import { changeMembership, membershipChangeOf, membersOf } from '../../domain/membership-change.ts';
import type { MembershipChange } from '../../domain/membership-change.ts';
import { ANN, assureDecided, BOB, memberOf, refusalOf, tenantOf, viewOf } from './views.ts';

const OWNER = ['org-owner'];
const decide = (view: TenantView, change: MembershipChange) => changeMembership(view, change, 0);
const bob = (over: Parameters<typeof memberOf>[0] = {}) =>
  memberOf({ id: BOB, roles: ['org-member'], ...over });
const both = (over: Parameters<typeof memberOf>[0] = {}) =>
  viewOf({ members: [memberOf(), bob(over)] });

const deactivate = { change: 'deactivate', member: BOB } as const;
const reactivate = { change: 'reactivate', member: BOB } as const;
const leave = { change: 'leave', member: BOB } as const;
const transfer = { change: 'transfer-ownership', from: ANN, to: BOB } as const;
const roles = { change: 'roles', member: BOB, roles: OWNER } as const;

test('who is deactivated stays known with identity and roles, and the fact denies', () => {
  const { changes, facts, audit } = assureDecided(decide(both(), deactivate));
  const inactive = bob({ state: 'inactive' });
  const { state, identity } = inactive;
  expect(changes).toEqual([{ type: 'membership', membership: inactive }]);
  expect(facts).toEqual([
    {
      ...{ kind: 'membership', subject: `member:${BOB}`, op: 'assert' },
      body: { state, identity, roles: ['org-member'] },
    },
  ]);
  expect(audit).toMatchObject([{ action: 'membership.deactivated', target: `member:${BOB}` }]);
});

test('a reactivation gives back exactly what a deactivation took', () => {
  const [deactivated] = assureDecided(decide(both(), deactivate)).changes;
  if (deactivated?.type !== 'membership') throw new Error('no membership was changed');
  const view = viewOf({ members: [memberOf(), deactivated.membership] });
  const { changes, facts } = assureDecided(decide(view, reactivate));
  expect(changes).toEqual([{ type: 'membership', membership: bob() }]);
  expect(facts).toMatchObject([{ op: 'assert', body: { state: 'active' } }]);
});

test.each(['active', 'inactive'] as const)(
  'of one who leaves, %s, neither row nor fact',
  (state) => {
    const { changes, facts } = assureDecided(decide(both({ state }), leave));
    expect(changes).toEqual([
      { type: 'membership-removed', tenant: memberOf().tenant, member: BOB },
    ]);
    expect(facts).toEqual([
      { kind: 'membership', subject: `member:${BOB}`, op: 'retract', body: {} },
    ]);
  },
);

test('ownership goes over in one commit, and each keeps the other roles', () => {
  const ann = memberOf({ roles: ['org-admin', ...OWNER] });
  const { changes, facts, audit } = assureDecided(
    decide(viewOf({ members: [ann, bob()] }), transfer),
  );
  expect(changes).toEqual([
    { type: 'membership', membership: bob({ roles: ['org-member', ...OWNER] }) },
    { type: 'membership', membership: { ...ann, roles: ['org-admin'] } },
  ]);
  expect(facts).toHaveLength(2);
  expect(audit).toMatchObject([{ target: `member:${BOB}`, detail: { from: `member:${ANN}` } }]);
});

test('ownership that is transferred to its owner changes nothing', () => {
  const { changes, facts } = assureDecided(decide(both(), { ...transfer, to: ANN }));
  expect([changes, facts]).toEqual([[], []]);
});

describe('the last owner', () => {
  const ofAnn: readonly MembershipChange[] = [
    { ...deactivate, member: ANN },
    { ...leave, member: ANN },
    { ...roles, member: ANN, roles: ['org-member'] },
  ];
  test.each(ofAnn)('is not lost by $change', (change) => {
    const others = [{ roles: OWNER, state: 'inactive' }, { roles: OWNER, state: 'pending' }, {}];
    for (const other of others)
      expect(refusalOf(decide(both(other as object), change))).toBe('last-owner');
    // Negative control: with another active one the same is decided.
    expect(refusalOf(decide(both({ roles: OWNER }), change))).toBe('decided');
  });

  test('of whom one is inactive already, may leave', () => {
    const members = [memberOf(), bob({ roles: OWNER, state: 'inactive' })];
    expect(refusalOf(decide(viewOf({ members }), leave))).toBe('decided');
  });
});

const frozen = tenantOf({ state: 'frozen', stateBefore: 'active' });
const CHANGES = [roles, deactivate, reactivate, leave, transfer] as const;

test.each(CHANGES)('$change needs a tenant and a member that are there', (change) => {
  const inactive = change === reactivate ? ({ state: 'inactive' } as const) : {};
  expect(refusalOf(decide({ ...both(), tenant: undefined }, change))).toBe('tenant-not-found');
  expect(refusalOf(decide(viewOf(), change))).toBe('member-not-found');
  for (const state of ['provisioning', 'archived', 'failed'] as const)
    expect(refusalOf(decide({ ...both(), tenant: tenantOf({ state }) }, change))).toBe(
      'tenant-state',
    );
  expect(refusalOf(decide(both({ state: 'pending' }), change))).toBe('member-state');
  expect(refusalOf(decide(both(inactive), change))).toBe('decided');
});

test('what takes something away works in a frozen tenant, what gives does not', () => {
  const answers = CHANGES.map((change) =>
    refusalOf(
      decide(
        { ...both({ state: change === reactivate ? 'inactive' : 'active' }), tenant: frozen },
        change,
      ),
    ),
  );
  expect(answers).toEqual(['tenant-state', 'decided', 'tenant-state', 'decided', 'tenant-state']);
});

test.each([
  [deactivate, { state: 'inactive' }, 'member-state'],
  [reactivate, { state: 'active' }, 'member-state'],
  [transfer, { state: 'inactive' }, 'member-state'],
  [{ ...transfer, from: BOB, to: ANN }, {}, 'not-owner'],
] as const)('%j of one who is %j is refused with %s', (change, over, code) => {
  expect(refusalOf(decide(both(over), change))).toBe(code);
});

describe('the input of an operation', () => {
  test.each(CHANGES)('of $change is given back as it was accepted', (change) => {
    expect(membershipChangeOf(change)).toBe(change);
    expect(membersOf(change)).toEqual(change === transfer ? [ANN, BOB] : [BOB]);
  });

  test('from before there were other changes is one of roles', () => {
    const old = { member: BOB, roles: OWNER };
    expect(assureDecided(decide(both(), membershipChangeOf(old))).audit).toMatchObject([
      { action: 'membership.roles_changed' },
    ]);
  });

  test.each([
    {},
    { change: 'promote', member: BOB },
    { change: 'roles', member: BOB },
    { change: 'leave' },
    { change: 'transfer-ownership', from: ANN },
  ])('that is %j is none', (input) => {
    expect(() => membershipChangeOf(input)).toThrow(TypeError);
  });
});
