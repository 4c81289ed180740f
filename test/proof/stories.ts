import { createHash, randomUUID } from 'node:crypto';
import type { OperationKind } from '../../domain/operation.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import type { TenantState } from '../../domain/tenant.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { AcceptCaller, AcceptResult } from '../../registry/accept.ts';
import { acceptFreeze, acceptUnfreeze } from '../../registry/accept-freezing.ts';
import { acceptProvision } from '../../registry/accept-provision.ts';
import { acceptRoleChange } from '../../registry/accept-role-change.ts';
import { acceptInvited, inviteSomebody } from './invited.ts';
import { nameOf } from './cells.ts';
import type { Cell } from './cells.ts';
import type { ProofWorld } from './world.ts';

/** Stands in every address, name and secret that proofs hand over: none may leave Postgres. */
export const CANARY = 'c4n4ry';

/** What stories need of a world: the bench lives through them in one of its own. */
export type StoryWorld = Pick<ProofWorld, 'accept' | 'api' | 'engine' | 'tokens' | 'subOf'>;

/** Where a story takes place. */
export interface Stage {
  readonly world: StoryWorld;
  /** Who asks, with a key of this story's own: the same request again is the same (I9). */
  readonly caller: AcceptCaller;
  /** The operation that made the story's tenant, which is active. */
  readonly made: Operation;
  /** Another saga, unbroken, from its acceptance to its end. */
  readonly before: (request: Request) => Promise<Operation>;
}

/** The same request each time it is called. */
export type Request = () => Promise<AcceptResult>;

/** How a proof lives through one saga. */
export interface Story {
  /** `caller` alone is there yet: the saga makes the tenant itself. */
  readonly makesTenant?: true;
  /** What must be there before, and the request for the saga. */
  readonly prepare: (stage: Stage) => Promise<Request>;
  /** Ends its waits: resolves when the saga has been told. Absent: it waits for nobody. */
  readonly meanwhile?: (stage: Stage, operation: Operation) => Promise<unknown>;
  /** The tenant's state after the saga's end. */
  readonly leaves: Readonly<Record<'done' | 'unwound', TenantState>>;
  /** Steps that this story's saga has no use for (`when`). */
  readonly skips?: readonly string[];
}

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

/** A tenant of its own, with everything that must not be told. */
export function provision(
  { world, caller }: Pick<Stage, 'world' | 'caller'>,
  isolation: 'silo' | 'pool',
): Request {
  const slug = `t-${randomUUID().slice(0, 13)}`;
  const request = {
    ...{ ...caller, slug, isolation, plan: 'team', demo: false },
    identityProviders: isolation === 'silo' ? [aProvider(slug)] : [],
    displayName: `Acme ${CANARY}`,
    adminEmail: `${CANARY}@${slug}.test`,
  };
  return () => acceptProvision(world.accept, request);
}

function aProvider(slug: string) {
  const issuer = `https://login.${slug}.test`;
  return {
    ...{ alias: 'own', issuer, authorizationUrl: `${issuer}/authorize`, clientId: 'tenure' },
    ...{ tokenUrl: `${issuer}/token`, jwksUrl: `${issuer}/jwks` },
    clientSecret: `${CANARY}-client-secret`,
  };
}
