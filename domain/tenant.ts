import type { Isolation } from './isolation.ts';

/** DESIGN 1: only the domain rules change states. */
export const TENANT_STATES = [
  'provisioning',
  'trial',
  'active',
  'frozen',
  'archived',
  'failed',
] as const;
export type TenantState = (typeof TENANT_STATES)[number];

export interface Tenant {
  /** UUID; never changes. */
  readonly id: string;
  /** Its name in URLs; free again when the tenant failed, or 180 days after it was archived. */
  readonly slug: string;
  readonly host: string;
  readonly displayName: string;
  readonly state: TenantState;
  /** What unfreezing gives back; null unless it is frozen. */
  readonly stateBefore: 'trial' | 'active' | null;
  readonly isolation: Isolation;
  readonly plan: string;
  readonly demo: boolean;
  /** Exact `iss`, known since `activate`. */
  readonly issuer: string | null;
  /** Where the tenant's services find its database, known since `activate`. */
  readonly databaseUrl: string | null;
  readonly createdAtMs: number;
  /** The operation that offboards it, or did; null: none does. */
  readonly offboarding: string | null;
  /** When its erasure was complete; null unless it is archived. */
  readonly archivedAtMs: number | null;
}
