import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import type { MailCatcher } from '../../ports/mail-catcher.ts';
import { findLinkIn } from './link.ts';

/** Where it hears no other machine. */
const LOOPBACK = '127.0.0.1';
/** The oldest recipient is forgotten then; development has a handful. */
const MAX_RECIPIENTS = 1_000;
const MAX_MAIL_BYTES = 1_048_576;

export interface SmtpCatcher extends MailCatcher {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A mail server of this process that delivers nothing and keeps the newest link per recipient in
 * memory. Development only: who reads a link can take the invited person's account.
 * Without a port it takes a free one. Rejects when it cannot listen.
 */
export async function startSmtpCatcher(
  address: { readonly host?: string; readonly port?: number } = {},
): Promise<SmtpCatcher> {
  const { host = LOOPBACK, port = 0 } = address;
  const links = new Map<string, string>();
  const arrivals = new EventEmitter().setMaxListeners(0);
  const keep = (recipient: string, link: string) => {
    links.delete(recipient);
    links.set(recipient, link);
    const oldest = links.keys().next().value;
    if (links.size > MAX_RECIPIENTS && oldest !== undefined) links.delete(oldest);
    arrivals.emit(recipient);
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: MAX_MAIL_BYTES,
    onData: receive(keep),
  });
  // A client that hangs up in the middle of a mail is its own business.
  server.on('error', () => undefined);
  server.listen(port, host);
  await once(server.server, 'listening');
  return {
    findLink: async (recipient, signal) => {
      const address = recipient.toLowerCase();
      // Rejects only when the signal fires: then there is none.
      if (!links.has(address)) {
        await once(arrivals, address, { signal }).catch(() => undefined);
      }
      return links.get(address);
    },
    host,
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function receive(
  keep: (recipient: string, link: string) => void,
): NonNullable<SMTPServerOptions['onData']> {
  return (stream, session, done) => {
    simpleParser(stream).then(
      (mail) => {
        const link = mail.html === false ? undefined : findLinkIn(mail.html);
        for (const { address } of session.envelope.rcptTo) {
          if (link !== undefined) keep(address.toLowerCase(), link);
        }
        done();
      },
      (error: Error) => {
        done(error);
      },
    );
  };
}
