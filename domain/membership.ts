export const MEMBERSHIP_STATES = ['pending', 'active', 'inactive'] as const;
export type MembershipState = (typeof MEMBERSHIP_STATES)[number];

/** `member:<uuid>`: minted at invitation, different per tenant (DESIGN 1). */
export interface Membership {
  readonly id: string;
  readonly tenant: string;
  readonly state: MembershipState;
  /** Bound at acceptance; null grants nothing. */
  readonly identity: { readonly issuer: string; readonly sub: string } | null;
  /** Names of tenant-scoped roles, sorted, without repeats. */
  readonly roles: readonly string[];
}

/** The tenant role without which nobody could manage the tenant: some active member has it. */
export const OWNER_ROLE = 'org-owner';
