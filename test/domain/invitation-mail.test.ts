import { expect, test } from '@jest/globals';
import { formatInvitationMail, invitationLink } from '../../domain/invitation-mail.ts';

const LINK = invitationLink('https://tenure.example', 'a-token');
const expiring = { expiresAtMs: Date.UTC(2026, 10, 29, 12) };
const mail = (displayName: string, isReminder = false) =>
  formatInvitationMail({ displayName }, expiring, LINK, isReminder);

test('the mail has the link on a line of its own, and says until when it works', () => {
  const { subject, text } = mail('Acme');
  expect(subject).toBe('Your invitation to Acme');
  expect(text.split('\n')).toContain('https://tenure.example/invitations/a-token');
  expect(text).toContain('Sun, 29 Nov 2026 12:00:00 GMT');
});

test('the reminder says that it is one', () => {
  expect(mail('Acme', true).subject).toBe('Reminder: your invitation to Acme');
});

test('a name of a tenant begins no line and no header', () => {
  const { subject, text } = mail('Acme\r\nBcc: eve@example.com\n\nhttps://evil.example');
  expect(subject).not.toMatch(/[\r\n]/);
  expect(text.split('\n').filter((line) => /^(Bcc|https:\/\/evil)/.test(line))).toEqual([]);
});
