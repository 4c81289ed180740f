import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { startSmtpCatcher } from '../../../adapters/smtp-catcher/catcher.ts';
import type { SmtpCatcher } from '../../../adapters/smtp-catcher/catcher.ts';
import { findLinkIn } from '../../../adapters/smtp-catcher/link.ts';

describe('a catcher of mails', () => {
  let catcher: SmtpCatcher;
  beforeEach(async () => {
    catcher = await startSmtpCatcher();
  });
  afterEach(() => catcher.close());
  const soon = () => AbortSignal.timeout(5_000);
  const now = AbortSignal.abort();

  test('gives the link to who waits for it, whatever the case of the address', async () => {
    const waiting = catcher.findLink('Ann@Example.test', soon());
    await send(catcher, 'ann@example.TEST', '<a href="https://id.test/a?b=1&amp;c=2">x</a>');
    expect(await waiting).toBe('https://id.test/a?b=1&c=2');
  });

  test('keeps the newest link of each recipient', async () => {
    await send(catcher, 'ann@example.test', '<a href="https://id.test/first">x</a>');
    await send(catcher, 'ann@example.test', '<a href="https://id.test/second">x</a>');
    await send(catcher, 'bob@example.test', '<a href="https://id.test/other">x</a>');
    expect(await catcher.findLink('ann@example.test', now)).toBe('https://id.test/second');
  });

  test('a mail without a link leaves the one before', async () => {
    await send(catcher, 'ann@example.test', '<a href="https://id.test/first">x</a>');
    await send(catcher, 'ann@example.test', '<p>Your password was changed.</p>');
    expect(await catcher.findLink('ann@example.test', now)).toBe('https://id.test/first');
  });

  test('finds nothing when no mail comes before the signal', async () => {
    const waited = catcher.findLink('ann@example.test', AbortSignal.timeout(20));
    expect(await waited).toBeUndefined();
    expect(await catcher.findLink('ann@example.test', now)).toBeUndefined();
  });

  test('outlives a client that hangs up in the middle of a mail', async () => {
    const socket = connect(catcher.port, catcher.host);
    await once(socket, 'data');
    socket.write('EHLO test\r\nMAIL FROM:<a@test>\r\nRCPT TO:<b@test>\r\nDATA\r\nhalf a ma');
    await once(socket, 'data');
    socket.destroy();
    await send(catcher, 'ann@example.test', '<a href="https://id.test/after">x</a>');
    expect(await catcher.findLink('ann@example.test', now)).toBe('https://id.test/after');
  });

  test('says so when its address is taken', async () => {
    await expect(startSmtpCatcher({ port: catcher.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});

describe('the link in a mail', () => {
  test.each([
    ['hexadecimal references', '<a href="https://a.test/?k&#x3D;v">', 'https://a.test/?k=v'],
    ['decimal references', '<a href="https://a.test/?k&#61;v">', 'https://a.test/?k=v'],
    ['single quotes', "<p><a class='b' href='https://a.test/'>", 'https://a.test/'],
    [
      'an address before it',
      '<a href="mailto:x@a.test"><a href="http://a.test/">',
      'http://a.test/',
    ],
  ])('is found with %s', (_, html, link) => {
    expect(findLinkIn(html)).toBe(link);
  });

  test.each([
    ['no link', '<p>https://a.test/</p>'],
    ['a script', '<a href="javascript:alert(1)">'],
    ['a broken address', '<a href="https://">'],
  ])('is not made of %s', (_, html) => {
    expect(findLinkIn(html)).toBeUndefined();
  });
});

async function send(to: SmtpCatcher, recipient: string, html: string): Promise<void> {
  const socket = connect(to.port, to.host);
  const commands = [
    'EHLO test',
    'MAIL FROM:<tenure@example.test>',
    `RCPT TO:<${recipient}>`,
    'DATA',
    `Content-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n.`,
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
