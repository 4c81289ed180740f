import { startMailServer } from '../adapters/smtp/mail-server.ts';
import { eventually } from './eventually.ts';

const MAIL_WITHIN_MS = 30_000;
const LINK = /https?:\/\/[^\s<>"]+/u;

/** A mail server without login, and the first link of each mail, for every recipient in order. */
export async function startMailbox() {
  const { received, host, port, close } = await startMailServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
  });
  const taken = new Map<string, number>();
  return {
    ...{ host, port, close },
    /** Link of the next mail to the address that nobody took yet. */
    nextLink: (address: string): Promise<string> => {
      const to = address.toLowerCase();
      return eventually(
        () => {
          const before = taken.get(to) ?? 0;
          const theirs = received.filter(({ recipients }) =>
            recipients.some((recipient) => recipient.toLowerCase() === to),
          );
          const next = theirs[before];
          if (next === undefined) throw new Error('no mail');
          taken.set(to, before + 1);
          const [link = ''] = LINK.exec(next.mail.text ?? '') ?? [];
          return link;
        },
        { withinMs: MAIL_WITHIN_MS, what: `a mail to ${to}` },
      );
    },
  };
}
