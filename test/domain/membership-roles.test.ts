import { expect, test } from '@jest/globals';
import { changeRoles } from '../../domain/membership-roles.ts';
import { ANN, assureDecided, BOB, memberOf, refusalOf, tenantOf, viewOf } from './views.ts';

const two = viewOf({ members: [memberOf(), memberOf({ id: BOB, roles: ['org-member'] })] });

test('a change of roles states the whole new set, sorted and once each', () => {
  const command = { member: BOB, roles: ['org-owner', 'org-member', 'org-owner'] };
  const { changes, facts, audit } = assureDecided(changeRoles(two, command, 0));
  const roles = ['org-member', 'org-owner'];
  expect(changes).toEqual([{ type: 'membership', membership: memberOf({ id: BOB, roles }) }]);
  expect(facts).toMatchObject([{ kind: 'membership', subject: `member:${BOB}`, body: { roles } }]);
  expect(audit).toMatchObject([{ detail: { from: ['org-member'], to: roles } }]);
});

test('the same roles again make no fact', () => {
  const decided = assureDecided(changeRoles(two, { member: BOB, roles: ['org-member'] }, 0));
  expect(decided).toEqual({ changes: [], facts: [], audit: [] });
});

test('an owner may stop being one while another owner is active', () => {
  const owners = viewOf({ members: [memberOf(), memberOf({ id: BOB })] });
  expect(refusalOf(changeRoles(owners, { member: ANN, roles: [] }, 0))).toBe('decided');
});

test.each([
  ['tenant-not-found', viewOf({ tenant: undefined }), ANN, []],
  ['tenant-state', viewOf({ tenant: tenantOf({ state: 'frozen' }) }), ANN, []],
  ['tenant-state', viewOf({ tenant: tenantOf({ state: 'provisioning' }) }), ANN, []],
  ['member-not-found', viewOf(), BOB, []],
  ['member-state', viewOf({ members: [memberOf({ state: 'inactive' })] }), ANN, []],
  ['member-state', viewOf({ members: [memberOf({ state: 'pending' })] }), ANN, []],
  ['role-unknown', two, BOB, ['no-such-role']],
  ['role-unknown', two, BOB, ['project-owner']],
  ['last-owner', two, ANN, ['org-member']],
  [
    'last-owner',
    viewOf({ members: [memberOf(), memberOf({ id: BOB, state: 'inactive' })] }),
    ANN,
    [],
  ],
] as const)('a change of roles is refused with %s', (code, view, member, roles) => {
  expect(refusalOf(changeRoles(view, { member, roles }, 0))).toBe(code);
});
