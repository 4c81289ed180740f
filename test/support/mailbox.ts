import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { eventually } from './eventually.ts';

const MAIL_WITHIN_MS = 30_000;
const LINK = /https?:\/\/[^\s<>"]+/u;

/** A mail server that keeps the first link of each mail, for every recipient in their order. */
export async function startMailbox() {
  const links = new Map<string, string[]>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, done) => {
      simpleParser(stream).then(({ text }) => {
        const [link = ''] = LINK.exec(text ?? '') ?? [];
        for (const { address } of session.envelope.rcptTo)
          links.set(address.toLowerCase(), [...(links.get(address.toLowerCase()) ?? []), link]);
        done();
      }, done);
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.server.address() as AddressInfo).port,
    /** Link of the next mail to the address that nobody took yet. */
    nextLink: (to: string): Promise<string> =>
      eventually(
        () => {
          const link = links.get(to.toLowerCase())?.shift();
          if (link === undefined) throw new Error('no mail');
          return link;
        },
        { withinMs: MAIL_WITHIN_MS, what: `a mail to ${to}` },
      ),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
