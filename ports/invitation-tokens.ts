/**
 * Secrets of invitations. Derived, never stored: the same mailing has the same one, so that a mail
 * that was sent twice, and its reminder, carry one link that works.
 */
export interface InvitationTokens {
  /** 32 bytes that only who holds the key can tell. `mailing`: counts up; each has its own. */
  secretOf(tenant: string, invitation: string, mailing: number): Uint8Array;
}
