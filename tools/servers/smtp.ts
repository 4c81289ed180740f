import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';
import { ServerError } from './errors.ts';

export type SmtpSink = {
  host: string;
  port: number;
  /** All caught so far, oldest first. */
  messages(): readonly ParsedMail[];
  /** The newest mail to `recipient`, or the next one when there is none yet. */
  waitFor(recipient: string, options?: { withinMs?: number }): Promise<ParsedMail>;
  stop(): Promise<void>;
};

const HOST = '127.0.0.1';
const WAIT_MS = 10_000;

/** A mail server in this process that delivers nothing and keeps everything. */
export async function start(): Promise<SmtpSink> {
  const caught: { recipients: string[]; mail: ParsedMail }[] = [];
  const listeners = new Set<() => void>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, callback) => {
      simpleParser(stream).then((mail) => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        caught.push({ recipients, mail });
        for (const listener of listeners) listener();
        callback();
      }, callback);
    },
  });
  server.on('error', () => undefined); // a client that hangs up is its own business
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  const newestTo = (recipient: string) =>
    caught.findLast(({ recipients }) => recipients.includes(recipient))?.mail;
  return {
    host: HOST,
    port,
    messages: () => caught.map(({ mail }) => mail),
    waitFor: (recipient, { withinMs = WAIT_MS } = {}) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const mail = newestTo(recipient);
          if (mail !== undefined) finish(() => resolve(mail));
        };
        const finish = (settle: () => void) => {
          listeners.delete(look);
          clearTimeout(timer);
          settle();
        };
        const late = `no mail to ${recipient} within ${withinMs} ms`;
        const timer = setTimeout(() => {
          finish(() => reject(new ServerError('not-ready', late)));
        }, withinMs);
        listeners.add(look);
        look();
      }),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
