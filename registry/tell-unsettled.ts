import type { Invitation } from '../domain/invitation.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import { SagaEngineError, type SagaEngine } from '../ports/saga-engine.ts';
import { messageOf } from './tell-invitation.ts';

/** Whoever ended an invitation tells its saga at once; what is older was not heard. */
const UNHEARD_AFTER_MS = 2_000;
const SWEEP_INVITATIONS = 100;
/** Each telling is an event in the saga's history: pauses double, up to this. */
const FIRST_PAUSE_MS = 2_000;
const MAX_PAUSE_MS = 5 * 60_000;

export interface SweepPorts {
  readonly invitations: Pick<InvitationStore, 'listUnsettled'>;
  readonly engine: Pick<SagaEngine, 'signal'>;
  readonly report: (message: string, cause: unknown) => void;
}

/** When a saga is told again, and how long it is left alone after that. */
interface Turn {
  readonly atMs: number;
  readonly pauseMs: number;
}

const AT_ONCE: Turn = { atMs: 0, pauseMs: FIRST_PAUSE_MS };

/**
 * Tells sagas again of what ended and was not settled since (a crash, no Temporal). One call is one
 * page, round and round: those that cannot settle keep no others waiting. `nowMs`: of a clock that
 * never goes back.
 */
export function createSweep(ports: SweepPorts): (nowMs: number) => Promise<void> {
  let last: Invitation | undefined;
  let before = new Map<string, Turn>();
  let round = new Map<string, Turn>();
  return async (nowMs) => {
    const limit = SWEEP_INVITATIONS;
    const page = await ports.invitations.listUnsettled(UNHEARD_AFTER_MS, limit, last);
    for (const invitation of page) {
      const { id } = invitation;
      const turn = round.get(id) ?? before.get(id) ?? AT_ONCE;
      round.set(id, nowMs < turn.atMs ? turn : await tell(ports, invitation, turn, nowMs));
    }
    last = page.at(-1);
    if (page.length === limit) return;
    // A round is over: what it did not meet has settled, and is forgotten.
    last = undefined;
    before = round;
    round = new Map();
  };
}

async function tell(
  { engine, report }: SweepPorts,
  invitation: Invitation,
  turn: Turn,
  nowMs: number,
): Promise<Turn> {
  const message = messageOf(invitation, invitation.state === 'accepted' ? 'accept' : 'revoke');
  try {
    await engine.signal(invitation.id, 'inviteMember', message);
  } catch (error) {
    if (!(error instanceof SagaEngineError)) throw error;
    // Nothing is in its history.
    if (error.code === 'engine-unavailable') return turn;
    report(`the saga of invitation ${invitation.id}, which ended, cannot be told`, error);
  }
  const { pauseMs } = turn;
  return { atMs: nowMs + pauseMs, pauseMs: Math.min(2 * pauseMs, MAX_PAUSE_MS) };
}
