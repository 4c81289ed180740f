import { createHash } from 'node:crypto';
import { otherMode } from '../../domain/isolation.ts';
import type { Isolation } from '../../domain/isolation.ts';
import type { MembershipChangeName } from '../../domain/membership-change.ts';
import type { OperationKind } from '../../domain/operation.ts';
import { REVOKE } from '../../domain/offboarding.ts';
import type { AcceptCaller } from '../../registry/accept.ts';
import { acceptFreeze, acceptUnfreeze } from '../../registry/accept-freezing.ts';
import { acceptMove } from '../../registry/accept-move.ts';
import { acceptOffboarding } from '../../registry/accept-offboarding.ts';
import { acceptPlanChange } from '../../registry/accept-sale.ts';
import { changeOf } from './changed-members.ts';
import { acceptInvited, inviteSomebody } from './invited.ts';
import { eventually } from '../support/eventually.ts';
import { beginTrial, freezeBehind, grantProduct } from './sold.ts';
import { claimDomain, ownDomain, publishClaim, removeDomain } from './owned.ts';
import { nameOf, rowsOf } from './cells.ts';
import type { Cell } from './cells.ts';
import { DOCTOR_STORIES } from './doctor-stories.ts';
import { CANARY, patiently, provision } from './story.ts';
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
    changed('reactivate'),
    changed('roles'),
    changed('deactivate'),
    changed('leave'),
    changed('transfer-ownership'),
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
  addDomain: [
    {
      prepare: async (stage) => claimDomain(stage, stage.made.tenant, ownNameOf(stage)),
      meanwhile: (stage) => publishClaim(stage, stage.made.tenant, ownNameOf(stage)),
      leaves: { done: 'active', unwound: 'active' },
      silent: ['vacate'],
    },
    // Another tenant had it, and is named there no more.
    {
      prepare: async (stage) => {
        const { world } = stage;
        const { tenant } = await stage.before(
          provision({ world, caller: { actor: 'operator' } }, 'pool'),
        );
        await ownDomain(stage, tenant, ownNameOf(stage));
        return claimDomain(stage, stage.made.tenant, ownNameOf(stage));
      },
      meanwhile: (stage) => publishClaim(stage, stage.made.tenant, ownNameOf(stage)),
      leaves: { done: 'active', unwound: 'active' },
    },
  ],
  removeDomain: [
    {
      prepare: async (stage) =>
        removeDomain(stage, await ownDomain(stage, stage.made.tenant, ownNameOf(stage))),
      leaves: { done: 'active', unwound: 'active' },
    },
  ],
  ...DOCTOR_STORIES,
  changePlan: [
    {
      prepare: async ({ world, caller, made: { tenant } }) => {
        const sold = { ...caller, tenant, plan: 'enterprise', activates: false };
        return () => acceptPlanChange(world.accept, sold);
      },
      leaves: { done: 'active', unwound: 'active' },
    },
  ],
  answerProductRequest: [
    {
      prepare: (stage) => grantProduct(stage),
      leaves: { done: 'active', unwound: 'active' },
    },
  ],
  runTrial: [
    {
      makesTenant: true,
      prepare: (stage) => beginTrial(stage, provision(stage, 'silo', { trial: true })),
      meanwhile: freezeBehind,
      leaves: { done: 'frozen', unwound: 'trial' },
    },
  ],
  offboardTenant: [
    {
      prepare: async (stage) => offboard(stage),
      leaves: { done: 'archived', unwound: 'active' },
      skips: stepsOf('offboardTenant', 'discard-export', 'sign-return'),
    },
    {
      prepare: async (stage) => offboard(stage),
      begun: ({ world }, { id, kind }) => {
        const message = { name: REVOKE, told: { operation: id }, id: 'revoked' };
        return eventually(() => world.engine.signal(id, kind, message));
      },
      leaves: { done: 'active', unwound: 'active' },
      skips: ['retention', ...stepsOf('offboardTenant', 'dns', 'receipt')],
    },
  ],
  moveTenant: [
    {
      prepare: async (stage) => move(stage, await modeOf(stage)),
      leaves: { done: 'active', unwound: 'active' },
    },
    {
      prepare: async (stage) => {
        const from = await modeOf(stage);
        await stage.before(move({ ...stage, caller: { actor: 'operator' } }, from));
        return move(stage, otherMode(from));
      },
      leaves: { done: 'active', unwound: 'active' },
    },
  ],
};

/** Its rows from one to another. */
function stepsOf(kind: OperationKind, from: string, to: string): string[] {
  const names = rowsOf(kind).map(({ name }) => name);
  return names.slice(names.indexOf(from), names.indexOf(to) + 1);
}

const offboard =
  ({ world, caller, made }: Stage): Request =>
  () =>
    acceptOffboarding(world.accept, { ...caller, tenant: made.tenant });

/** In which the story's tenant is before it. */
async function modeOf({ world, made }: Stage): Promise<Isolation> {
  const tenant = await patiently(() => world.api.tenants.findTenant(made.tenant));
  if (tenant === undefined) throw new Error('the tenant of the story is not there');
  return tenant.isolation;
}

/** Into the other one. */
function move({ world, caller, made }: Stage, from: Isolation): Request {
  const to = otherMode(from);
  return () => acceptMove(world.accept, { ...caller, tenant: made.tenant, to });
}

const ownNameOf = ({ made }: Stage): string => `${CANARY}.${made.tenant}.example`;

const invitedAt = ({ made }: Stage): string => `${CANARY}@${made.tenant}.test`;

/**
 * One of those that pass every step which is broken: always the same of a cell, and of all cells
 * about as many each.
 */
export function storyOf(
  cell: Cell,
  stories: readonly [Story, ...Story[]] = STORIES[cell.kind],
): Story {
  const passing = passingOf(cell, stories);
  const chance = createHash('sha256').update(nameOf(cell)).digest().readUInt32BE();
  return passing[chance % passing.length] ?? stories[0];
}

/** Whether one story passes all that is broken. */
export function isTold(cell: Cell): boolean {
  return passingOf(cell, STORIES[cell.kind]).length > 0;
}

function passingOf({ breaks }: Cell, stories: readonly Story[]): Story[] {
  return stories.filter(({ skips = [], silent = [] }) =>
    breaks.every(({ at, place }) => {
      const step = at.replace(/^undo-/, '');
      return !skips.includes(step) && !(place === 'own' && silent.includes(step));
    }),
  );
}

/** All ways but one let nobody in before the commit. */
function changed(way: MembershipChangeName): Story {
  return {
    prepare: (stage) => changeOf(stage, way, invitedAt(stage)),
    leaves: { done: 'active', unwound: 'active' },
    ...(way !== 'reactivate' && { skips: ['admit'] }),
  };
}

const freeze =
  ({ world, made }: Stage, caller: AcceptCaller): Request =>
  () =>
    acceptFreeze(world.accept, { ...caller, tenant: made.tenant, reason: 'request' });
