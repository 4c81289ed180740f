import { OPAQUE_ID } from '../facts/core/formats.ts';
import { sameEmail } from './email.ts';

export const INVITATION_STATES = ['pending', 'accepted', 'expired', 'revoked'] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

/** Asked of a tenant, at once; what waits there is mail that strangers got. */
export const MAX_PENDING_INVITATIONS = 1_000;
/** Of one invitation: the first mail and those that were asked for again. */
export const MAX_MAILINGS = 10;

/** What a saga is told of its invitation, by the name of update and signal. */
export const INVITATION_MESSAGES = ['accept', 'revoke', 'resend'] as const;
export type InvitationMessage = (typeof INVITATION_MESSAGES)[number];

/**
 * An offer of membership to one e-mail address. Its row alone decides how it ends: whoever changes
 * it from `pending` first has decided, and the saga makes membership and facts follow.
 */
export interface Invitation {
  /** UUID, that of its operation: one saga accompanies it. */
  readonly id: string;
  readonly tenant: string;
  /** The membership that it offers: minted with it, pending until it is accepted. */
  readonly member: string;
  /** As it was given: mail goes there. Personal data, which is kept in this row alone. */
  readonly email: string;
  /** Names of the tenant-scoped roles that it offers. */
  readonly roles: readonly string[];
  readonly state: InvitationState;
  readonly invitedAtMs: number;
  /** Until when its link is good; null: no mail was sent yet. */
  readonly expiresAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Opaque id of who accepted or revoked it; null: nobody did. */
  readonly endedBy: string | null;
  /** Who accepted it; from then on the e-mail is matched no more. */
  readonly identity: { readonly issuer: string; readonly sub: string } | null;
}

/** What a verified ID token says of who logged in; nothing is assumed of the claims' types. */
export interface LoginClaims {
  readonly issuer: string;
  readonly sub: string;
  readonly email: unknown;
  /** The claim `email_verified`. */
  readonly emailVerified: unknown;
}

export type LoginProblem =
  | 'issuer-mismatch'
  | 'subject-malformed'
  | 'email-unverified'
  | 'email-mismatch';

/**
 * Whether this login may accept this invitation: at the tenant's own issuer, with the invited
 * address, which is proved. Only the boolean `true` proves it: providers send "true" for whatever
 * a user typed.
 */
export function checkLogin(
  { email }: Pick<Invitation, 'email'>,
  tenantIssuer: string | null,
  login: LoginClaims,
): LoginProblem | undefined {
  if (login.issuer !== tenantIssuer) return 'issuer-mismatch';
  // No fact could name it.
  if (!OPAQUE_ID.test(login.sub)) return 'subject-malformed';
  if (login.emailVerified !== true) return 'email-unverified';
  const isInvited = typeof login.email === 'string' && sameEmail(login.email, email);
  return isInvited ? undefined : 'email-mismatch';
}
