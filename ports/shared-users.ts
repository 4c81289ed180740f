/** A user of a provider that several tenants share. */
export interface SharedUser {
  readonly issuer: string;
  readonly sub: string;
  /** Personal data: compared, and not kept. */
  readonly email: string | undefined;
}

/**
 * Who else counts on a user. The provider itself does not know: a member who is deactivated is in
 * nothing there, and neither is who is invited.
 */
export interface SharedUsers {
  /**
   * `sub` of those who are members of another tenant, in whatever state, or have an open invitation
   * of one. Rejects with `StoreError`.
   */
  neededBeside(tenant: string, users: readonly SharedUser[]): Promise<ReadonlySet<string>>;
}
