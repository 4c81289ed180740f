import { describe, expect, test } from '@jest/globals';
import type { Invitation } from '../../domain/invitation.ts';
import { inviteMember, settleInvitation } from '../../domain/invitation-rules.ts';
import { TENANT_STATES } from '../../domain/tenant.ts';
import { assureDecided, BOB, memberOf, refusalOf, TENANT, tenantOf, viewOf } from './views.ts';

const NOW = 5_000;
const IDENTITY = { issuer: 'https://id.example.test/realms/acme', sub: 'bob' };
const invitationOf = (over: Partial<Invitation> = {}): Invitation => ({
  ...{ id: '44444444-4444-4444-8444-444444444444', tenant: TENANT, member: BOB },
  ...{ email: 'bob@example.com', roles: ['org-member'], state: 'pending', identity: null },
  ...{ invitedAtMs: 1_000, expiresAtMs: 4_000, endedAtMs: null, endedBy: null },
  ...over,
});
const command = { member: BOB, roles: ['org-member'] };
const pending = memberOf({ id: BOB, state: 'pending', identity: null, roles: ['org-member'] });

describe('inviting', () => {
  test('makes a member who is pending and granted nothing', () => {
    const view = viewOf({ invitation: invitationOf() });
    const { changes, facts, audit } = assureDecided(inviteMember(view, command, NOW));
    expect(changes).toEqual([{ type: 'membership', membership: pending }]);
    expect(facts).toMatchObject([
      { subject: `member:${BOB}`, op: 'assert', body: { state: 'pending', identity: null } },
    ]);
    expect(JSON.stringify({ facts, audit })).not.toContain('bob@example.com');
  });

  test.each([
    ['tenant-not-found', { tenant: undefined }, {}],
    ['tenant-state', { tenant: tenantOf({ state: 'frozen' }) }, {}],
    ['tenant-state', { tenant: tenantOf({ state: 'archived' }) }, {}],
    ['invitation-state', { invitation: undefined }, {}],
    ['invitation-state', { invitation: invitationOf({ state: 'revoked' }) }, {}],
    ['role-unknown', {}, { roles: ['no-such-role'] }],
    ['role-unknown', {}, { roles: ['project-owner'] }],
  ] as const)('is refused with %s', (code, view, over) => {
    const seen = viewOf({ invitation: invitationOf(), ...view });
    expect(refusalOf(inviteMember(seen, { ...command, ...over }, NOW))).toBe(code);
  });
});

describe('settling', () => {
  const settle = (invitation: Invitation | undefined, members = [memberOf(), pending]) =>
    assureDecided(settleInvitation(viewOf({ members, invitation }), { member: BOB }, NOW));

  test('an accepted invitation makes the member active, bound to who accepted', () => {
    const accepted = invitationOf({ state: 'accepted', identity: IDENTITY, endedAtMs: 3_000 });
    const { changes, facts, audit } = settle(accepted);
    const active = { ...pending, state: 'active', identity: IDENTITY };
    expect(changes).toEqual([
      { type: 'membership', membership: active },
      { type: 'invitation-settled', invitation: accepted },
    ]);
    expect(facts).toMatchObject([{ op: 'assert', body: { state: 'active', identity: IDENTITY } }]);
    expect(audit).toMatchObject([{ action: 'invitation.accepted' }]);
  });

  test('one that is still pending has expired, and the member is gone', () => {
    const { changes, facts, audit } = settle(invitationOf());
    expect(changes).toEqual([
      { type: 'membership-removed', tenant: TENANT, member: BOB },
      {
        type: 'invitation-settled',
        invitation: invitationOf({ state: 'expired', endedAtMs: NOW }),
      },
    ]);
    expect(facts).toEqual([
      { kind: 'membership', subject: `member:${BOB}`, op: 'retract', body: {} },
    ]);
    expect(audit).toMatchObject([{ action: 'invitation.expired', detail: {} }]);
  });

  test('a revoked one says in the audit who revoked it', () => {
    const revoked = invitationOf({ state: 'revoked', endedAtMs: 2_000, endedBy: 'operator' });
    const { facts, audit } = settle(revoked);
    expect(facts).toMatchObject([{ op: 'retract' }]);
    expect(audit).toEqual([
      { action: 'invitation.revoked', target: `member:${BOB}`, detail: { by: 'operator' } },
    ]);
  });

  test('a row that was erased leaves no member behind', () => {
    expect(settle(undefined)).toMatchObject({ facts: [{ op: 'retract' }], audit: [] });
  });

  test('nobody but the pending member of the invitation is touched', () => {
    const active = memberOf({ id: BOB, roles: ['org-member'] });
    expect(settle(invitationOf(), [memberOf(), active]).facts).toEqual([]);
  });

  test.each(TENANT_STATES)('is refused in no state of the tenant, not in %s', (state) => {
    const accepted = invitationOf({ state: 'accepted', identity: IDENTITY });
    const view = viewOf({ tenant: tenantOf({ state }), members: [pending], invitation: accepted });
    expect(assureDecided(settleInvitation(view, { member: BOB }, NOW)).facts).toHaveLength(1);
  });
});
