import type { Invitation } from './invitation.ts';
import type { Tenant } from './tenant.ts';

export interface InvitationMail {
  readonly subject: string;
  readonly text: string;
}

/** Where the public pages of invitations are. */
export const INVITATIONS_PATH = '/invitations';

/** Where its link leads; opening it consumes nothing. `base` ends without a slash. */
export function invitationLink(base: string, token: string): string {
  return `${base}${INVITATIONS_PATH}/${token}`;
}

/** For the invited person, who may never have heard of the tenant. */
export function formatInvitationMail(
  { displayName }: Pick<Tenant, 'displayName'>,
  { expiresAtMs }: Pick<Invitation, 'expiresAtMs'>,
  link: string,
  isReminder: boolean,
): InvitationMail {
  const name = oneLine(displayName);
  const until = new Date(expiresAtMs ?? 0).toUTCString();
  const lines = [
    `You are invited to join ${name}.`,
    '',
    `To accept, open this link and sign in with this e-mail address:`,
    link,
    '',
    `The link works once, until ${until}. If you do not know ${name}, ignore this mail.`,
  ];
  const subject = `${isReminder ? 'Reminder: your' : 'Your'} invitation to ${name}`;
  return { subject, text: `${lines.join('\n')}\n` };
}

/** Names are the tenant's words: none begins a line, or a header, of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
