import { requireWith, section } from '../section.ts';
import type { Refuse } from '../section.ts';
import type { Secret } from '../secret.ts';
import type { Address } from '../variables.ts';
import { address, oneOf, port, secret, text } from '../variables.ts';

const LOOPBACK = '127.0.0.1';
const SECURITIES = ['none', 'starttls', 'tls'] as const;

export const mail = section({
  title: 'Mail',
  about:
    'The server through which the identity provider mails invitations, and Tenure its notices.',
  variables: {
    SMTP_HOST: text.optional(
      'Mail server. Unset: the mail catcher below; without that too, notices are log lines.',
    ),
    SMTP_PORT: port.withDefault('587', 'Its port.'),
    SMTP_SECURITY: oneOf(SECURITIES).withDefault('starttls', 'How the connection is protected.'),
    SMTP_FROM: text.withDefault('no-reply@tenure.localhost', 'Sender address of the mails.'),
    SMTP_USER: text.optional('User name, when the server wants one.'),
    SMTP_PASSWORD: secret.optional('Its password.'),
    MAIL_CATCHER_ADDR: address.optional(
      'Outside production: address at which the worker itself receives the mails, so that the invite link is shown with the saga. Refused in `prod`.',
    ),
  },
  build: (values, refuse) => ({
    smtp: buildSmtp(values, refuse),
    catcher: values.MAIL_CATCHER_ADDR,
  }),
});

type SmtpValues = {
  readonly SMTP_HOST: string | undefined;
  readonly SMTP_PORT: number;
  readonly SMTP_SECURITY: (typeof SECURITIES)[number];
  readonly SMTP_FROM: string;
  readonly SMTP_USER: string | undefined;
  readonly SMTP_PASSWORD: Secret | undefined;
  readonly MAIL_CATCHER_ADDR: Address | undefined;
};

function buildSmtp(values: SmtpValues, refuse: Refuse) {
  const { SMTP_HOST: host, SMTP_FROM: from, MAIL_CATCHER_ADDR: catcher } = values;
  if (host === undefined) {
    if (catcher === undefined) return undefined;
    const { host: caught = LOOPBACK, port: caughtPort } = catcher;
    return { host: caught, port: caughtPort, security: 'none' as const, from, login: undefined };
  }
  const { SMTP_USER: user, SMTP_PASSWORD: password } = values;
  if (user !== undefined) requireWith('SMTP_USER', values, ['SMTP_PASSWORD'], refuse);
  if (password !== undefined) requireWith('SMTP_PASSWORD', values, ['SMTP_USER'], refuse);
  const login = user !== undefined && password !== undefined ? { user, password } : undefined;
  return { host, port: values.SMTP_PORT, security: values.SMTP_SECURITY, from, login };
}
