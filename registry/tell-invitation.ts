import type { Invitation, InvitationMessage } from '../domain/invitation.ts';
import { SagaEngineError, type SagaMessage } from '../ports/saga-engine.ts';

/** Ids only: what ended it, and how, is in the row. `key`: the same update again is one message. */
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
