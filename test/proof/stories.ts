import { createHash } from 'node:crypto';
import type { OperationKind } from '../../domain/operation.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import type { AcceptCaller } from '../../registry/accept.ts';
import { acceptFreeze, acceptUnfreeze } from '../../registry/accept-freezing.ts';
import { acceptRoleChange } from '../../registry/accept-role-change.ts';
import { acceptInvited, inviteSomebody } from './invited.ts';
import { nameOf } from './cells.ts';
import type { Cell } from './cells.ts';
import { DOCTOR_STORIES } from './doctor-stories.ts';
import { CANARY, provision } from './story.ts';
import type { Request, Stage, Story } from './story.ts';

/**
 * A story of every saga, more where it has several ways or one cannot pass every step. A kind
 * without one does not compile; a step that no story passes fails `cells.test.ts`.
 */
export const STORIES: Readonly<Record<OperationKind, readonly [Story, ...Story[]]>> = {
  provisionTenant: [
    {
      makesTenant: true,
      prepare: async (stage) => provision(stage, 'silo'),
      leaves: { done: 'active', unwound: 'failed' },
    },
    {
      makesTenant: true,
      prepare: async (stage) => provision(stage, 'pool'),
      leaves: { done: 'active', unwound: 'failed' },
    },
  ],
  changeMembership: [
    {
      prepare: async ({ world, caller, made }) => {
        const member = provisionInputOf(made.input).adminMember;
        const roles = ['org-admin', 'org-owner'];
        const { tenant } = made;
        return () => acceptRoleChange(world.accept, { ...caller, tenant, member, roles });
      },
      leaves: { done: 'active', unwound: 'active' },
    },
  ],
  freezeTenant: [
    {
      prepare: async (stage) => freeze(stage, stage.caller),
      leaves: { done: 'frozen', unwound: 'active' },
    },
  ],
  unfreezeTenant: [
    {
      prepare: async (stage) => {
        await stage.before(freeze(stage, { actor: 'operator' }));
        const { world, caller, made } = stage;
        return () => acceptUnfreeze(world.accept, { ...caller, tenant: made.tenant });
      },
      leaves: { done: 'active', unwound: 'frozen' },
    },
  ],
  inviteMember: [
    {
      prepare: (stage) => inviteSomebody(stage, invitedAt(stage)),
      meanwhile: (stage, operation) => acceptInvited(stage, operation, invitedAt(stage)),
      leaves: { done: 'active', unwound: 'active' },
    },
  ],
  ...DOCTOR_STORIES,
};

const invitedAt = ({ made }: Stage): string => `${CANARY}@${made.tenant}.test`;

/**
 * One of those that pass every step which is broken: always the same of a cell, and of all cells
 * about as many each.
 */
export function storyOf(
  cell: Cell,
  stories: readonly [Story, ...Story[]] = STORIES[cell.kind],
): Story {
  const passing = stories.filter(({ skips = [] }) =>
    cell.breaks.every(({ at }) => !skips.includes(at.replace(/^undo-/, ''))),
  );
  const chance = createHash('sha256').update(nameOf(cell)).digest().readUInt32BE();
  return passing[chance % passing.length] ?? stories[0];
}

const freeze =
  ({ world, made }: Stage, caller: AcceptCaller): Request =>
  () =>
    acceptFreeze(world.accept, { ...caller, tenant: made.tenant, reason: 'request' });
