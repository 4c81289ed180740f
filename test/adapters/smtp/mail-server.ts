import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

export const LOGIN = { user: 'tenure', password: 'only-this-test' };
/** Addresses beginning so are refused for good, for now, and by a rule of the server. */
export const NOBODY = 'nobody@';
export const FULL = 'full@';
export const RELAY = 'relay@';

export interface Received {
  readonly recipients: readonly string[];
  readonly mail: ParsedMail;
}

/** A mail server that wants a login and keeps what it takes. */
export async function startMailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) => {
      const holds = username === LOGIN.user && password === LOGIN.password;
      if (holds) done(null, { user: LOGIN.user });
      else done(reply(535, `5.7.8 not you, ${username}`));
    },
    onRcptTo: ({ address }, _, done) => done(refusalOf(address)),
    onData: (stream, session, done) => {
      simpleParser(stream).then((mail) => {
        received.push({ recipients: session.envelope.rcptTo.map((to) => to.address), mail });
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    received,
    host: '127.0.0.1',
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function refusalOf(address: string): Error | null {
  if (address.startsWith(NOBODY)) return reply(550, `5.1.1 no ${address} here`);
  if (address.startsWith(FULL)) return reply(452, `4.2.2 ${address} has no room`);
  if (address.startsWith(RELAY)) return reply(554, `5.7.1 no relaying to ${address}`);
  return null;
}

function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

/** A certificate for `localhost` that nobody has signed but itself. */
export function makeCertificate(): { readonly key: string; readonly cert: string } {
  const dir = mkdtempSync(join(tmpdir(), 'tenure-mail-'));
  try {
    const [key, cert] = [join(dir, 'key'), join(dir, 'cert')];
    const request = 'req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2';
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync('openssl', [...request.split(' '), ...names, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
