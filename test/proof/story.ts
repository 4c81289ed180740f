import { randomUUID } from 'node:crypto';
import type { TenantState } from '../../domain/tenant.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { AcceptCaller, AcceptResult } from '../../registry/accept.ts';
import { acceptProvision } from '../../registry/accept-provision.ts';
import { eventually } from '../support/eventually.ts';
import type { ProofWorld } from './world.ts';

const BACK_WITHIN_MS = 120_000;

/** Stands in every address, name and secret that proofs hand over: none may leave Postgres. */
export const CANARY = 'c4n4ry';

/** What sagas are asked for and answered in: the bench has one of its own. */
export type StoryWorld = Pick<
  ProofWorld,
  'accept' | 'api' | 'engine' | 'tokens' | 'subOf' | 'zone'
>;

/** Where a story takes place. */
export interface Stage<W extends StoryWorld = StoryWorld> {
  readonly world: W;
  /** Who asks, with a key of this story's own: the same request again is the same (I9). */
  readonly caller: AcceptCaller;
  /** The operation that made the story's tenant, which is active. */
  readonly made: Operation;
  /** Another saga, unbroken, from its acceptance to its end; unwound if a step `refuses`. */
  readonly before: (request: Request, refuses?: string) => Promise<Operation>;
}

/** The same request each time it is called. */
export type Request = () => Promise<AcceptResult>;

/** How a proof lives through one saga. */
export interface Story {
  /** `caller` alone is there yet: the saga makes the tenant itself. */
  readonly makesTenant?: true;
  /** What must be there before, and the request for the saga. */
  readonly prepare: (stage: Stage) => Promise<Request>;
  /** What another hand does between acceptance and start. */
  readonly bend?: (stage: Stage<ProofWorld>, operation: Operation) => Promise<unknown>;
  /** Told at once, before any step that is broken. */
  readonly begun?: (stage: Stage, operation: Operation) => Promise<unknown>;
  /** Ends its waits: resolves when the saga has been told. Absent: it waits for nobody. */
  readonly meanwhile?: (stage: Stage, operation: Operation) => Promise<unknown>;
  /**
   * Asks for another one where it left out, with reason, what it is for. Whether it did: steps that
   * it skipped could not be broken.
   */
  readonly again?: (stage: Stage<ProofWorld>, ended: Operation) => Promise<boolean>;
  /** The tenant's state after the saga's end; undefined: it is the platform, which has no row. */
  readonly leaves: Readonly<Record<'done' | 'unwound', TenantState | undefined>>;
  /** It need not commit anything itself. */
  readonly commitsNothing?: true;
  /** Steps that this story's saga has no use for (`when`). */
  readonly skips?: readonly string[];
  /** Steps that find nothing to say to their outside system. */
  readonly silent?: readonly string[];
}

/** A story's own question, asked again while another cell's blow keeps a server away. */
export function patiently<T>(ask: () => Promise<T>): Promise<Exclude<T, false | null>> {
  return eventually(ask, { withinMs: BACK_WITHIN_MS, everyMs: 100, what: 'an answer to a story' });
}

/** A tenant of its own, with everything that must not be told. */
export function provision(
  { world, caller }: Pick<Stage, 'world' | 'caller'>,
  isolation: 'silo' | 'pool',
  trial: { readonly trial?: true } = {},
): Request {
  const slug = `t-${randomUUID().slice(0, 13)}`;
  const request = {
    ...{ ...caller, slug, isolation, plan: 'team', demo: false, ...trial },
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
