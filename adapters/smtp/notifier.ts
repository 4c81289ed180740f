import { Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { createTransport } from 'nodemailer';
import { checkEmail } from '../../domain/email.ts';
import { PortError } from '../../ports/call.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';
import { toPortError } from './errors.ts';

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** `starttls` and `tls` insist on a certificate that is valid for `host`. */
  readonly security: 'none' | 'starttls' | 'tls';
  /** Sender: an address, or `Name <address>`. */
  readonly from: string;
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

/** Mails, one connection each: notices are rare, and a kept one is one more thing to lose. */
export function createSmtpNotifier(options: SmtpOptions): Notifier {
  return {
    send: (notice, signal) =>
      over(options, signal, (transport) => transport.sendMail(mailOf(options, notice))),
    probe: (signal) => over(options, signal, (transport) => transport.verify()),
  };
}

type Transport = ReturnType<typeof transportTo>;

async function over(
  options: SmtpOptions,
  signal: AbortSignal,
  work: (transport: Transport) => Promise<unknown>,
): Promise<void> {
  if (signal.aborted) {
    throw new PortError('notifier', 'unavailable', 'the call was stopped before');
  }
  try {
    await work(transportTo(options, signal));
  } catch (error) {
    throw error instanceof PortError ? error : toPortError(error);
  }
}

function transportTo({ host, port, security, login }: SmtpOptions, signal: AbortSignal) {
  return createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(login && { auth: { user: login.user, pass: login.password } }),
    socket: addAbortSignal(signal, new Socket()),
    // Nothing of a mail is ever read from a file or an address that stands in it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function mailOf({ from }: SmtpOptions, { id, to, subject, text }: Notice) {
  // The library would read a list of recipients out of a text.
  if (checkEmail(to) !== undefined) {
    throw new PortError('notifier', 'invalid', 'the recipient is no e-mail address');
  }
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    // RFC 5322, 3.6.4: the same message has the same identifier; its right side is ours.
    messageId: `<${id}@${domainOf(from)}>`,
    // RFC 3834, 5: nobody's absence note answers it.
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

function domainOf(from: string): string {
  return from.slice(from.lastIndexOf('@') + 1).replace(/>$/u, '');
}
