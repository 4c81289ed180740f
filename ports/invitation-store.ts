import type { Invitation, InvitationState } from '../domain/invitation.ts';
import type { Tenant } from '../domain/tenant.ts';

/** An invitation that could be accepted now, with the tenant that invites. */
export interface OpenInvitation {
  readonly invitation: Invitation;
  readonly tenant: Tenant;
}

/** A token in the row: only its hash, so that a copy of the database opens nothing. */
export interface KeptToken {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** Counts up; a smaller number than the row's changes nothing. */
  readonly mailing: number;
  readonly expiresAtMs: number;
}

/**
 * Invitations after they were asked for (`OperationStore.accept` writes them). Each change is one
 * statement on a row that is still pending, so that of any number at once one decides.
 *
 * Durability, consistency and retries are those of the registry store. Open: pending, its link not
 * expired, its tenant active or in trial.
 */
export interface InvitationStore {
  findInvitation(tenant: string, id: string): Promise<Invitation | undefined>;
  /** Newest first, by (invitedAt, id); `after` is the last row's pair, which may be gone since. */
  listInvitations(query: {
    tenant: string;
    state?: InvitationState;
    after?: { invitedAtMs: number; id: string };
    limit: number;
  }): Promise<readonly Invitation[]>;
  /**
   * Whoever was let in under this address and is there still, in whatever state: by invitation or
   * as the tenant's first admin. Undefined: nobody.
   */
  findMemberByEmail(tenant: string, email: string): Promise<string | undefined>;
  /** Consumes nothing. Every token that is not open costs the same, whatever is wrong with it. */
  findOpen(
    tenant: string,
    tokenHash: Uint8Array,
    nowMs: number,
  ): Promise<OpenInvitation | undefined>;
  /**
   * `pending` -> `accepted` by this identity. Undefined: it is not open (any more), or the identity
   * is a member there already; one that accepts two invitations at once gets one.
   */
  take(
    tenant: string,
    tokenHash: Uint8Array,
    identity: NonNullable<Invitation['identity']>,
    nowMs: number,
  ): Promise<Invitation | undefined>;
  /** The invitation that this identity took by this token, so that a repetition is told so. */
  findTaken(
    tenant: string,
    tokenHash: Uint8Array,
    identity: NonNullable<Invitation['identity']>,
  ): Promise<Invitation | undefined>;
  /** `pending` -> `revoked`; the link is dead. Undefined: it had ended, or is not there. */
  revoke(tenant: string, id: string, by: string, nowMs: number): Promise<Invitation | undefined>;
  /** The token that is good from now on; the one before is dead. Undefined: it had ended. */
  putToken(tenant: string, id: string, token: KeptToken): Promise<Invitation | undefined>;
  /** The undo of its acceptance as a request: the row, and the address in it, is gone. */
  withdraw(tenant: string, id: string): Promise<void>;
  /**
   * Ended by people, and not settled by their sagas after `olderThanMs`; ordered by (endedAt, id),
   * `after` is the last row before.
   */
  listUnsettled(
    olderThanMs: number,
    limit: number,
    after?: Pick<Invitation, 'endedAtMs' | 'id'>,
  ): Promise<readonly Invitation[]>;
}
