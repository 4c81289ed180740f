import type { InferSelectModel } from 'drizzle-orm';
import type { CustomDomain } from '../../domain/custom-domain.ts';
import type { Catalog, CatalogPlan, CatalogRole } from '../../domain/decision.ts';
import type { Invitation } from '../../domain/invitation.ts';
import type { Membership } from '../../domain/membership.ts';
import type { Sales } from '../../domain/sales.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { catalog } from '../../drizzle/schema/catalog.ts';
import type { domains } from '../../drizzle/schema/domains.ts';
import type { invitations } from '../../drizzle/schema/invitations.ts';
import type { memberships } from '../../drizzle/schema/memberships.ts';
import type { operations } from '../../drizzle/schema/operations.ts';
import type { tenants } from '../../drizzle/schema/tenants.ts';
import type { Operation } from '../../ports/registry-store.ts';

export function toTenant(found: InferSelectModel<typeof tenants>): Tenant {
  const { createdAt, archivedAt, holdsSlug: _, ...row } = found;
  const archivedAtMs = archivedAt === null ? null : archivedAt.getTime();
  return { ...row, createdAtMs: createdAt.getTime(), archivedAtMs };
}

export function toMembership(row: InferSelectModel<typeof memberships>): Membership {
  const { id, tenant, state, issuer, sub, roles } = row;
  const identity = issuer === null || sub === null ? null : { issuer, sub };
  return { id, tenant, state, identity, roles };
}

export function toInvitation(row: InferSelectModel<typeof invitations>): Invitation {
  const { id, tenant, member, email, roles, state, endedBy, issuer, sub } = row;
  return {
    ...{ id, tenant, member, email, roles, state, endedBy },
    invitedAtMs: row.invitedAt.getTime(),
    expiresAtMs: row.expiresAt === null ? null : row.expiresAt.getTime(),
    endedAtMs: row.endedAt === null ? null : row.endedAt.getTime(),
    identity: issuer === null || sub === null ? null : { issuer, sub },
  };
}

export function toDomain(row: InferSelectModel<typeof domains>): CustomDomain {
  const { id, tenant, name, state, claimedAt, provenAt, endedAt, lostTo } = row;
  return {
    ...{ id, tenant, name, state, lostTo },
    claimedAtMs: claimedAt.getTime(),
    provenAtMs: provenAt === null ? null : provenAt.getTime(),
    endedAtMs: endedAt === null ? null : endedAt.getTime(),
  };
}

export function toOperation(row: InferSelectModel<typeof operations>): Operation {
  const { id, kind, tenant, actor, input, state, reason, steps, acceptedAt, endedAt } = row;
  return {
    ...{ id, kind, tenant, actor, input, state, reason, steps },
    acceptedAtMs: acceptedAt.getTime(),
    endedAtMs: endedAt === null ? null : endedAt.getTime(),
  };
}

/** The bodies were written by `declareCatalog`, each of its kind. */
export function toCatalog(rows: readonly InferSelectModel<typeof catalog>[]): Catalog {
  const of = <Body>(kind: string) =>
    new Map(rows.filter((row) => row.kind === kind).map(({ name, body }) => [name, body as Body]));
  return {
    roles: of<CatalogRole>('role'),
    plans: of<CatalogPlan>('plan'),
    products: of<{ limits: string[] }>('product'),
  };
}

/** `read_sales` (statements.ts) builds each list with the domain's own members. */
export function toSales(row: SalesRow): Sales {
  return { ...row, trial: row.trial ?? undefined };
}

export interface SalesRow extends Omit<Sales, 'trial'> {
  readonly trial: NonNullable<Sales['trial']> | null;
}
