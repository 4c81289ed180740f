import { checkLogin } from '../domain/invitation.ts';
import type { Invitation, LoginClaims, LoginProblem } from '../domain/invitation.ts';
import type { Clock } from '../ports/clock.ts';
import type { InvitationStore, OpenInvitation } from '../ports/invitation-store.ts';
import type { SagaEngine } from '../ports/saga-engine.ts';
import { placeOfToken } from './invitation-token.ts';
import { messageOf, orLater } from './tell-invitation.ts';

/*
 * For the invited person, who has nothing but a token. It is looked up by its hash and consumed by
 * `takeInvitation` alone.
 */

export interface OpenPorts {
  readonly invitations: Pick<InvitationStore, 'findOpen' | 'findTaken' | 'take'>;
  readonly engine: Pick<SagaEngine, 'update'>;
  readonly clock: Clock;
}

/**
 * - `taken`: by this call. `taken-before`: by this very person, who asks again.
 * - `not-open`: expired, used, revoked, of another tenant, or no token: told apart for nobody.
 * - `member-exists`: who logged in has a membership of this tenant already.
 */
export type TakeResult =
  | { readonly outcome: 'taken' | 'taken-before'; readonly invitation: Invitation }
  | { readonly outcome: 'not-open' | 'member-exists' | LoginProblem };

/** The invitation behind a link, as long as it can be accepted. Consumes nothing. */
export function findInvitation(
  { invitations, clock }: Pick<OpenPorts, 'invitations' | 'clock'>,
  token: string,
): Promise<OpenInvitation | undefined> {
  const { tenant, hash } = placeOfToken(token);
  return invitations.findOpen(tenant, hash, clock.nowMs());
}

/**
 * Accepts it as whoever logged in: `login` is what the ID token says, after its signature, issuer,
 * audience and nonce were verified. The row is the promise; the saga makes the member follow, and
 * is told again by the sweep when it does not hear it now.
 */
export async function takeInvitation(
  ports: OpenPorts,
  token: string,
  login: LoginClaims,
): Promise<TakeResult> {
  const { invitations, clock, engine } = ports;
  const { tenant, hash } = placeOfToken(token);
  const identity = { issuer: login.issuer, sub: login.sub };
  const open = await invitations.findOpen(tenant, hash, clock.nowMs());
  if (open !== undefined) {
    const problem = checkLogin(open.invitation, open.tenant.issuer, login);
    if (problem !== undefined) return { outcome: problem };
    const taken = await invitations.take(tenant, hash, identity, clock.nowMs());
    if (taken !== undefined) {
      await orLater(() => engine.update(taken.id, 'inviteMember', messageOf(taken, 'accept')));
      return { outcome: 'taken', invitation: taken };
    }
  }
  const before = await invitations.findTaken(tenant, hash, identity);
  if (before !== undefined) return { outcome: 'taken-before', invitation: before };
  const still = open && (await invitations.findOpen(tenant, hash, clock.nowMs()));
  return { outcome: still === undefined ? 'not-open' : 'member-exists' };
}
