import type { Invitation, InvitationMessage } from '../domain/invitation.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import { SagaEngineError, type SagaEngine, type SagaMessage } from '../ports/saga-engine.ts';

/** Whoever ended an invitation tells its saga at once; what is older was not heard. */
const UNHEARD_AFTER_MS = 2_000;
const SWEEP_INVITATIONS = 100;

export interface SweepPorts {
  readonly invitations: Pick<InvitationStore, 'listUnsettled'>;
  readonly engine: Pick<SagaEngine, 'signal'>;
}

/** Ids only: what ended it, and how, is in the row. `key`: the same again is one message. */
export function messageOf(
  { id }: Pick<Invitation, 'id'>,
  name: InvitationMessage,
  key: string = name,
): SagaMessage {
  return { name, told: { invitation: id }, id: key };
}

/** Runs what tells a saga about its row: a saga that cannot hear it is told by the sweep. */
export async function orLater(tell: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (!(error instanceof SagaEngineError)) throw error;
  }
}

/** Tells sagas again of invitations that ended and were not settled since (a crash, no Temporal). */
export async function tellUnsettled({ invitations, engine }: SweepPorts): Promise<void> {
  const waiting = await invitations.listUnsettled(UNHEARD_AFTER_MS, SWEEP_INVITATIONS);
  for (const invitation of waiting) {
    const message = messageOf(invitation, invitation.state === 'accepted' ? 'accept' : 'revoke');
    await orLater(() => engine.signal(invitation.id, 'inviteMember', message));
  }
}
