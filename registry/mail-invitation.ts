import { formatInvitationMail, invitationLink } from '../domain/invitation-mail.ts';
import { logNamespace, uuidV5 } from '../facts/crypto/ids.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import type { InvitationTokens } from '../ports/invitation-tokens.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { TenantReader } from '../ports/registry-store.ts';
import type { LogIdentity } from './commit.ts';
import { formatInvitationToken, placeOfToken } from './invitation-token.ts';

export interface MailPorts {
  readonly invitations: Pick<InvitationStore, 'putToken'>;
  readonly tenants: Pick<TenantReader, 'findTenant'>;
  readonly tokens: InvitationTokens;
  readonly notifier: Pick<Notifier, 'send'>;
  readonly log: LogIdentity;
  /** Where the public pages are, without a slash at the end. */
  readonly publicUrl: string;
}

export interface Mailing {
  readonly tenant: string;
  readonly invitation: string;
  /** Counts up with each resend; its token is made of it. */
  readonly mailing: number;
  readonly expiresAtMs: number;
  /** The link of this mailing once more. */
  readonly isReminder: boolean;
}

/**
 * The token is in the row before its mail is on the way, so that the one before is dead whatever
 * becomes of the mail. An invitation that has ended, or was mailed anew, is not mailed: success.
 */
export async function mailInvitation(
  ports: MailPorts,
  { tenant: id, invitation, mailing, expiresAtMs, isReminder }: Mailing,
  signal: AbortSignal,
): Promise<void> {
  const secret = ports.tokens.secretOf(id, invitation, mailing);
  const token = formatInvitationToken(id, secret);
  const { hash } = placeOfToken(token);
  const row = await ports.invitations.putToken(id, invitation, { hash, mailing, expiresAtMs });
  const tenant = await ports.tenants.findTenant(id);
  if (row === undefined || tenant === undefined) return;
  const kind = isReminder ? 'invitation-reminder' : 'invitation';
  const name = `${invitation}/${kind}/${mailing}`;
  const link = invitationLink(ports.publicUrl, token);
  await ports.notifier.send(
    {
      id: uuidV5(logNamespace(ports.log.log), name),
      ...{ tenant: id, kind, to: row.email },
      ...formatInvitationMail(tenant, row, link, isReminder),
    },
    signal,
  );
}
