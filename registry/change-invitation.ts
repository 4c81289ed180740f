import type { Invitation } from '../domain/invitation.ts';
import type { Clock } from '../ports/clock.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import type { SagaEngine } from '../ports/saga-engine.ts';
import { messageOf, orLater } from './tell-invitation.ts';

export interface ChangePorts {
  readonly invitations: Pick<InvitationStore, 'findInvitation' | 'revoke'>;
  readonly engine: Pick<SagaEngine, 'update' | 'signal'>;
  readonly clock: Clock;
}

/** Which invitation, and who wants it changed. */
export interface InvitationChange {
  readonly tenant: string;
  readonly invitation: string;
  /** Opaque id of who asks. */
  readonly actor: string;
}

export type ChangeResult =
  | { readonly outcome: 'changed'; readonly invitation: Invitation }
  | { readonly outcome: 'invitation-not-found' | 'invitation-ended' };

/**
 * Mails it again with a new link; the old one dies before the mail goes out, and 72 hours begin
 * anew. `key`: the same again is one mail. Rejects with `SagaEngineError` when the saga does not
 * hear it, or has sent it as often as it may.
 */
export async function resendInvitation(
  { invitations, engine }: Pick<ChangePorts, 'invitations' | 'engine'>,
  { tenant, invitation: id }: InvitationChange,
  key: string,
): Promise<ChangeResult> {
  const invitation = await invitations.findInvitation(tenant, id);
  if (invitation === undefined) return { outcome: 'invitation-not-found' };
  if (invitation.state !== 'pending') return { outcome: 'invitation-ended' };
  await engine.update(id, 'inviteMember', messageOf(invitation, 'resend', key));
  return { outcome: 'changed', invitation };
}

/** From here on its link is dead, whether the saga hears it now or from the sweep. Repeatable. */
export async function revokeInvitation(
  { invitations, engine, clock }: ChangePorts,
  { tenant, invitation: id, actor }: InvitationChange,
): Promise<ChangeResult> {
  const revoked = await invitations.revoke(tenant, id, actor, clock.nowMs());
  if (revoked === undefined) {
    const before = await invitations.findInvitation(tenant, id);
    if (before === undefined) return { outcome: 'invitation-not-found' };
    if (before.state !== 'revoked') return { outcome: 'invitation-ended' };
    return { outcome: 'changed', invitation: before };
  }
  await orLater(() => engine.signal(id, 'inviteMember', messageOf(revoked, 'revoke')));
  return { outcome: 'changed', invitation: revoked };
}
