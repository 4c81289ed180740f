import type { CustomDomain } from '../domain/custom-domain.ts';
import type { Invitation } from '../domain/invitation.ts';
import type { Membership } from '../domain/membership.ts';
import type { Sales } from '../domain/sales.ts';
import type { Tenant } from '../domain/tenant.ts';

/** The rows of one tenant that are its own, as they were at one moment. */
export interface TenantRows {
  readonly tenant: Tenant;
  readonly members: readonly Membership[];
  readonly invitations: readonly Invitation[];
  readonly domains: readonly CustomDomain[];
  readonly sales: Sales;
  /** How many facts its chain has, signed or not. */
  readonly facts: number;
}

/**
 * What only a tenant that leaves needs of the registry store; durability, consistency and retries
 * are those of the store.
 */
export interface OffboardingStore {
  /** Undefined: there is no such tenant. */
  readRows(tenant: string): Promise<TenantRows | undefined>;
  /**
   * Erases what may be personal in the tenant's rows, beside its own row: requests that have ended,
   * invitations, domains, idempotency keys. `operation`, which erases, keeps its own. Repeatable.
   */
  erasePersonalData(tenant: string, operation: string): Promise<void>;
}
