import { randomUUID } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SMTPServerOptions } from 'smtp-server';
import { createSmtpNotifier } from '../../../adapters/smtp/notifier.ts';
import type { SmtpOptions } from '../../../adapters/smtp/notifier.ts';
import { eventually } from '../../support/eventually.ts';
import { FULL, LOGIN, makeCertificate, RELAY, startMailServer } from './mail-server.ts';

let server: Awaited<ReturnType<typeof startMailServer>>;
afterEach(() => server.close());

async function notifierAt(behaviour: SMTPServerOptions, changes: Partial<SmtpOptions> = {}) {
  server = await startMailServer(behaviour);
  const { host, port } = server;
  const from = 'Tenure <no-reply@saas.test>';
  return createSmtpNotifier({ host, port, security: 'none', from, login: LOGIN, ...changes });
}

const soon = () => AbortSignal.timeout(10_000);
const aNotice = (to = 'ada@acme.example') => ({
  ...{ id: randomUUID(), tenant: randomUUID(), kind: 'invitation', to },
  ...{ subject: 'Come in', text: 'Here.\n' },
});
const saying = (responseCode: number, text: string) =>
  Object.assign(new Error(text), { responseCode });

test.each<[string, string, SMTPServerOptions, string]>([
  ['has no room for the recipient', 'unavailable', {}, `${FULL}acme.example`],
  ['does not relay for us', 'forbidden', {}, `${RELAY}acme.example`],
  [
    'does not take the sender',
    'forbidden',
    { onMailFrom: (_, __, done) => done(saying(550, '5.1.8 who?')) },
    'ada@acme.example',
  ],
  [
    'refuses the mail',
    'invalid',
    { onData: (stream, _, done) => void stream.resume().on('end', () => done(saying(554, 'no'))) },
    'ada@acme.example',
  ],
  [
    'cannot store the mail now',
    'unavailable',
    { onData: (stream, _, done) => void stream.resume().on('end', () => done(saying(451, 'no'))) },
    'ada@acme.example',
  ],
  [
    'does not want to talk',
    'unavailable',
    { onConnect: (_, done) => done(saying(554, 'go away')) },
    'ada@acme.example',
  ],
])('a server that %s: %s', async (_, code, behaviour, to) => {
  const notifier = await notifierAt(behaviour);
  await expect(notifier.send(aNotice(to), soon())).rejects.toMatchObject({ code });
  expect(server.received).toEqual([]);
});

test('a stop while the server thinks leaves it open, and the connection goes', async () => {
  const stop = new AbortController();
  let closed = false;
  const notifier = await notifierAt({
    onData: (stream) => void stream.resume().on('end', () => stop.abort()),
    onClose: () => (closed = true),
  });
  const sending = notifier.send(aNotice(), stop.signal);
  await expect(sending).rejects.toMatchObject({ code: 'unknown' });
  await eventually(() => closed);
});

test('a stop ends a probe of a server that never greets', async () => {
  const notifier = await notifierAt({ onConnect: () => undefined });
  const probing = notifier.probe(AbortSignal.timeout(50));
  await expect(probing).rejects.toMatchObject({ code: 'unknown' });
});

test('a mail names its notice, and that nobody shall answer it by itself', async () => {
  const notifier = await notifierAt({});
  const notice = aNotice();
  await notifier.send(notice, soon());
  const mail = server.received[0]?.mail;
  expect(mail?.messageId).toBe(`<${notice.id}@saas.test>`);
  expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail?.from?.value).toEqual([{ name: 'Tenure', address: 'no-reply@saas.test' }]);
});

describe('a protected connection', () => {
  let certificate: ReturnType<typeof makeCertificate>;
  beforeAll(() => {
    certificate = makeCertificate();
  });
  const withTls = (secure: boolean, logins: string[] = []): SMTPServerOptions => ({
    ...certificate,
    secure,
    disabledCommands: [],
    onAuth: ({ username = '' }, { secure: isSecure }, done) => {
      logins.push(`${username} ${isSecure ? 'protected' : 'in clear'}`);
      done(null, { user: username });
    },
  });

  test.each(['starttls', 'tls'] as const)(
    '%s: a certificate that nobody vouches for gets neither login nor mail',
    async (security) => {
      const logins: string[] = [];
      const behaviour = withTls(security === 'tls', logins);
      const notifier = await notifierAt(behaviour, { security, host: 'localhost' });
      await expect(notifier.send(aNotice(), soon())).rejects.toMatchObject({ code: 'unavailable' });
      expect([logins, server.received]).toEqual([[], []]);
    },
  );

  test.each(['starttls', 'tls'] as const)(
    '%s: with one that is trusted it does',
    async (security) => {
      const before = getCACertificates();
      setDefaultCACertificates([...before, certificate.cert]);
      try {
        const logins: string[] = [];
        const behaviour = withTls(security === 'tls', logins);
        const notifier = await notifierAt(behaviour, { security, host: 'localhost' });
        await notifier.send(aNotice(), soon());
        expect([logins, server.received.length]).toEqual([['tenure protected'], 1]);
      } finally {
        setDefaultCACertificates(before);
      }
    },
  );

  test('tls: a server that does not speak it hears nothing', async () => {
    const notifier = await notifierAt({}, { security: 'tls', host: 'localhost' });
    await expect(notifier.send(aNotice(), soon())).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.received).toEqual([]);
  });

  test('starttls: a server that does not offer it hears no password', async () => {
    const logins: string[] = [];
    const behaviour = { ...withTls(false, logins), disabledCommands: ['STARTTLS'] };
    const notifier = await notifierAt(behaviour, { security: 'starttls' });
    await expect(notifier.send(aNotice(), soon())).rejects.toMatchObject({ code: 'unavailable' });
    expect([logins, server.received]).toEqual([[], []]);
  });
});
