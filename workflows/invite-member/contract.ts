import type { Attempted, CommittedFact, SagaRef } from '../shared/contract.ts';

/**
 * Workflow id: `inviteMember/<operation id>`, which is the invitation's id as well. Input:
 * `SagaInput`. Output: none. Updates and signals: `INVITATION_MESSAGES`, told
 * {@link InvitationTold}.
 */
export const INVITE_MEMBER = 'inviteMember';

/** That something happened; what it is, the row of the invitation says. */
export interface InvitationTold {
  readonly invitation: string;
}

export interface MailOrder {
  readonly mailing: number;
  readonly expiresAtMs: number;
  readonly isReminder: boolean;
}

export interface SettledInvitation {
  readonly facts: readonly CommittedFact[];
  readonly accepted: boolean;
}

export interface InvitationActivities {
  /** `atMs`: the saga's clock, the same in each retry. */
  commitInvitation(ref: SagaRef, atMs: number): Promise<Attempted<readonly CommittedFact[]>>;
  /** Makes the invited person a user at the identity provider, where there is none. */
  ensureInvitedUser(ref: SagaRef): Promise<Attempted<void>>;
  mailInvitation(ref: SagaRef, order: MailOrder): Promise<Attempted<void>>;
  /** False: the row has ended, or is gone. */
  isInvitationPending(ref: SagaRef): Promise<Attempted<boolean>>;
  settleInvitation(ref: SagaRef, atMs: number): Promise<Attempted<SettledInvitation>>;
  /** Makes the accepted identity a member at the identity provider. */
  joinTenant(ref: SagaRef): Promise<Attempted<void>>;
}
