/**
 * Secrets and personal data that must not stand in Temporal, NATS, facts or logs
 * (client secrets, tenant database tokens, the caught invite link).
 *
 * Durability: `put` is durable when it returns. The same name again replaces the value.
 */
export interface Secrets {
  put(tenant: string, name: string, value: string): Promise<void>;
  /** May find nothing. */
  find(tenant: string, name: string): Promise<string | undefined>;
  /** Removes all secrets of a tenant; none is success. */
  removeAll(tenant: string): Promise<void>;
}

/** Name of the caught invite link: the one secret that the API shows (outside production). */
export const INVITE_LINK_SECRET = 'invite-link';
