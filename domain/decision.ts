import type { FactDraft } from '../facts/core/types.ts';
import type { CustomDomain } from './custom-domain.ts';
import type { Invitation } from './invitation.ts';
import type { Membership } from './membership.ts';
import type { OperationKind } from './operation.ts';
import type { ProductRequest, Sales, Trial } from './sales.ts';
import type { Tenant } from './tenant.ts';

/** What a rule reads: the rows of one tenant under its head lock, and the platform's catalog. */
export interface TenantView extends Sales {
  readonly tenant: Tenant | undefined;
  readonly members: readonly Membership[];
  readonly catalog: Catalog;
  /** The one that the commit is about, locked. */
  readonly invitation?: Invitation | undefined;
  /** The one that the commit is about, locked. */
  readonly domain?: CustomDomain | undefined;
}

/** Live content of the platform tenant's chain. */
export interface Catalog {
  /** Name -> role. */
  readonly roles: ReadonlyMap<string, CatalogRole>;
  readonly plans: ReadonlyMap<string, CatalogPlan>;
  readonly products: ReadonlyMap<string, { readonly limits: readonly string[] }>;
}

export interface CatalogRole {
  readonly scope: 'tenant' | 'project';
  readonly permissions: readonly string[];
}

export interface CatalogPlan {
  readonly entitlements: readonly {
    readonly product: string;
    readonly limits: Readonly<Record<string, number>>;
  }[];
}

/** Rows to write; each replaces the whole row of its key. */
export type Change =
  | { readonly type: 'tenant'; readonly tenant: Tenant }
  | { readonly type: 'membership'; readonly membership: Membership }
  | { readonly type: 'entitlement'; readonly entitlement: Entitlement }
  | { readonly type: 'catalog'; readonly entry: CatalogEntry }
  /** The row goes: who never became a member leaves none. */
  | { readonly type: 'membership-removed'; readonly tenant: string; readonly member: string }
  /** Its end is settled; the other columns stay. */
  | { readonly type: 'invitation-settled'; readonly invitation: Invitation }
  /** Its state, and when it ended. */
  | { readonly type: 'domain'; readonly domain: CustomDomain }
  | { readonly type: 'entitlement-removed'; readonly tenant: string; readonly product: string }
  | { readonly type: 'product-request'; readonly request: ProductRequest }
  | { readonly type: 'trial'; readonly trial: Trial }
  | { readonly type: 'operation'; readonly operation: FollowUp; readonly atMs: number };

/** An operation that the commit itself accepts: the starter starts its saga. */
export interface FollowUp {
  readonly id: string;
  readonly kind: OperationKind;
  readonly tenant: string;
  readonly actor: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Entitlement {
  readonly tenant: string;
  readonly product: string;
  readonly plan: string;
  readonly limits: Readonly<Record<string, number>>;
}

export interface CatalogEntry {
  readonly kind: 'role' | 'product' | 'plan' | 'app';
  readonly name: string;
  /** The fact's body; undefined retracts it. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** What the audit keeps beside actor, operation and time; no personal data. */
export interface AuditDraft {
  /** `tenant.activated`, `membership.roles_changed` ... */
  readonly action: string;
  /** Subject of the fact, e.g. `member:<uuid>`. */
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Decided {
  readonly changes: readonly Change[];
  readonly facts: readonly FactDraft[];
  readonly audit: readonly AuditDraft[];
}

export type DomainErrorCode =
  | 'tenant-not-found'
  | 'tenant-state'
  | 'member-not-found'
  | 'member-state'
  | 'role-unknown'
  | 'plan-unknown'
  | 'last-owner'
  | 'not-owner'
  | 'invitation-state'
  | 'domain-state'
  | 'plan-below-use'
  | 'product-unknown'
  | 'request-state'
  | 'trial-state'
  | 'trial-end'
  | 'tenant-leaving';

/** A refusal by a rule: permanent, and nothing was committed. */
export interface Refused {
  readonly refused: DomainErrorCode;
  readonly message: string;
}

export type Decision = Decided | Refused;

/** (state, command, now) -> changes, or a closed error. Pure. */
export type Rule<C> = (view: TenantView, command: C, nowMs: number) => Decision;
