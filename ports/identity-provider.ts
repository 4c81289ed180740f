import type { Observation } from '../domain/reconcile/observation.ts';
import type { Call, OwnerMark } from './call.ts';

/** An identity provider that a tenant brings along (OIDC). The secret comes from `secrets`. */
export interface ExternalIdentityProvider {
  /** Lower case, unique in the tenant. */
  readonly alias: string;
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly jwksUrl: string;
  readonly userInfoUrl?: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface IdentityRequest {
  readonly slug: string;
  readonly displayName: string;
  /** Origin of the tenant's front end, `https://<slug>.<domain>`. */
  readonly origin: string;
  /** The first admin. Sent to the provider only; never logged. */
  readonly adminEmail: string;
  /** UUID that the first admin's user gets where the provider honours it. */
  readonly adminUserId: string;
  readonly identityProviders: readonly ExternalIdentityProvider[];
}

/** A person of the tenant, who has a user at the provider already. */
export interface MemberRequest {
  readonly slug: string;
  /** `sub` at the tenant's issuer. */
  readonly sub: string;
}

/**
 * A person as one provider tells it to another. Personal data: it is neither logged nor kept.
 * Passwords and linked accounts are no part of it, since no provider tells them.
 */
export interface Person {
  /** At the provider that tells. */
  readonly sub: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly firstName?: string;
  readonly lastName?: string;
}

/** Where a tenant lives after it was moved. No personal data: it passes through Temporal. */
export interface Received {
  /** Exact `iss` of the tokens. */
  readonly issuer: string;
  /** `sub` here, by that of the person at the provider before. */
  readonly subs: Readonly<Record<string, string>>;
}

/** The part of it that stays the same whoever joins and leaves. */
export type IdentityShape = Pick<
  IdentityRequest,
  'slug' | 'displayName' | 'origin' | 'identityProviders'
>;

/** What the saga and the commit need to know. No personal data: it passes through Temporal. */
export interface Identity {
  /** Exact `iss` of the tokens. */
  readonly issuer: string;
  /** `sub` of the first admin. */
  readonly adminSub: string;
  /** The provider's id of the realm or organization. */
  readonly externalId: string;
}

/** For reconciliation and for `expectCleanSlate`: what there is, with the mark on it. */
export interface InventoryItem {
  /** The outside system's own name of the object. */
  readonly name: string;
  /** Undefined: there is none. One of another registry makes it foreign too (`isMine`). */
  readonly owner: OwnerMark | undefined;
}

/**
 * The tenant's identity: realm or organization, groups, front-end client, admin service account,
 * identity providers and the first admin's user.
 *
 * Durability: an answered call is durable. Consistency: reads follow writes of the same client.
 * Settle time: `IDENTITY_SETTLE_MS`; the provider goes on after the client has left.
 */
export interface IdentityProvider {
  /** Create, or adopt if mine, or refuse (`foreign`). Repeatable: the same answer. */
  ensure(request: IdentityRequest, call: Call): Promise<Identity>;
  /** Removes what carries the mark; absent is success, foreign is left alone and is success. */
  remove(slug: string, call: Call): Promise<void>;
  /**
   * Nobody signs in to the tenant any more, and every session of it ends, for good: what was issued
   * until now is refused also after {@link restore}. Repeatable; absent is success, foreign is left
   * alone. What somebody else had switched off before stays off at `restore`.
   */
  suspend(slug: string, call: Call): Promise<void>;
  /**
   * Takes `suspend` back, object by object; what was not suspended is left as it is. Repeatable.
   * Rejects with `foreign` for what does not carry our mark, and `invalid` when nothing is there.
   */
  restore(slug: string, call: Call): Promise<void>;
  /** Mails the first admin the link to verify the address and set a password. Repeatable. */
  inviteAdmin(
    request: Pick<IdentityRequest, 'slug' | 'origin' | 'adminEmail' | 'adminUserId'>,
    call: Call,
  ): Promise<void>;
  /**
   * Whoever has this address can sign in there, by proving it: a user is made where none is, and
   * stays. One that others made stays as it is, and is refused (`foreign`) when somebody can sign
   * in as it though its address was never proved. Repeatable. `invalid`: the tenant is not there.
   */
  ensureInvited(
    request: { readonly slug: string; readonly email: string },
    call: Call,
  ): Promise<void>;
  /**
   * The user is a member of the organization (pool) and, of {@link TENANT_GROUPS}, in exactly
   * those of these tenant-scoped roles (`groupsOf`). Repeatable. Rejects with `invalid` when the
   * tenant or the user is not there.
   */
  ensureMember(
    request: MemberRequest & { readonly roles: readonly string[] },
    call: Call,
  ): Promise<void>;
  /**
   * The user is in neither, and its sessions in the tenant end; it stays a user. Who is not there,
   * or in nothing, is success.
   */
  removeMember(request: MemberRequest, call: Call): Promise<void>;
  /**
   * Who of these has a user there that is switched on: for the provider that the tenant moves to.
   * Changes nothing. `invalid`: the tenant is not there, or one of the users has no address.
   */
  listPeople(
    request: { readonly slug: string; readonly subs: readonly string[] },
    call: Call,
  ): Promise<readonly Person[]>;
  /**
   * What `ensure` makes, with a user for each of these people instead of the first admin; none of
   * them is a member yet. Whoever has the address is the person, by the rule of `ensureInvited`.
   * What another provider says of an address holds only where all users are the tenant's.
   * Repeatable, also with others.
   */
  receive(
    request: IdentityShape & { readonly people: readonly Person[] },
    call: Call,
  ): Promise<Received>;
  /**
   * Mails the user the link to a password. Who has a way to sign in gets none; who is not there is
   * success. Repeatable: it is mailed again. `invalid`: the tenant is not there.
   */
  welcome(request: MemberRequest & { readonly origin: string }, call: Call): Promise<void>;
  /** What is there for the call's tenant beside what `ensure` would make. Changes nothing. */
  observe(shape: IdentityShape, call: Call): Promise<Observation>;
  /**
   * Brings what is there, and ours, to what is wanted: settings, clients, groups, identity
   * providers. Not by `ensure`: the first admin may have left since, and nobody is let in again.
   * `invalid` when nothing is there, `foreign` when it is not ours.
   */
  mend(shape: IdentityShape, call: Call): Promise<void>;
  /** Resolves when the provider answers and accepts our credentials. */
  probe(signal: AbortSignal): Promise<void>;
  inventory(signal: AbortSignal): Promise<readonly InventoryItem[]>;
}

/** Keycloak finishes a request whose client left (measured up to 2.6 s; ten times that). */
export const IDENTITY_SETTLE_MS = 30_000;

/** The groups of every tenant that tenant-scoped roles stand for. */
export const TENANT_GROUPS = ['org-owners', 'org-admins', 'org-members'] as const;

/** Groups are named in the plural; a role that is only a duty (`org-deployer`) has none. */
export function groupsOf(roles: readonly string[]): string[] {
  return TENANT_GROUPS.filter((group) => roles.some((role) => `${role}s` === group));
}
