import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { start, type SmtpSink } from '../../tools/servers/smtp.ts';

let sink: SmtpSink;

beforeEach(async () => {
  sink = await start();
});

afterEach(() => sink.stop());

test('a mail is caught, parsed, and given to who waits for it', async () => {
  const waiting = sink.waitFor('ann@example.test');
  await send('ann@example.test', 'Welcome');
  expect((await waiting).subject).toBe('Welcome');
  expect((await waiting).text).toBe('Hello.\n');
});

test('the newest mail to a recipient is given, mails to others are not', async () => {
  await send('ann@example.test', 'first');
  await send('ann@example.test', 'second');
  await send('bob@example.test', 'other');
  expect((await sink.waitFor('ann@example.test')).subject).toBe('second');
  expect(sink.messages().map(({ subject }) => subject)).toEqual(['first', 'second', 'other']);
});

test('waiting for a mail that does not come ends with who it was for', async () => {
  const waiting = sink.waitFor('ann@example.test', { withinMs: 20 });
  await expect(waiting).rejects.toThrow('no mail to ann@example.test within 20 ms');
});

async function send(recipient: string, subject: string): Promise<void> {
  const socket = connect(sink.port, sink.host);
  const commands = [
    'EHLO test',
    'MAIL FROM:<tenure@example.test>',
    `RCPT TO:<${recipient}>`,
    'DATA',
    `Subject: ${subject}\r\n\r\nHello.\r\n.`,
    'QUIT',
  ];
  for await (const answer of createInterface({ input: socket })) {
    expect(answer).toMatch(/^[23]/);
    const last = /^\d{3} /.test(answer); // `250-…` has more lines to come
    if (last) socket.write(`${commands.shift()}\r\n`);
    if (commands.length === 0) break;
  }
  await once(socket.resume(), 'close');
}
