import { createSmtpNotifier } from '../../adapters/smtp/notifier.ts';
import { LOGIN, NOBODY, startMailServer } from '../adapters/smtp/mail-server.ts';
import { notifierContract } from './notifier.ts';

notifierContract('SMTP', async () => {
  const server = await startMailServer();
  const { host, port } = server;
  const options = { host, port, security: 'none', from: 'Tenure <no-reply@saas.test>' } as const;
  const login = LOGIN;
  return {
    notifier: createSmtpNotifier({ ...options, login }),
    received: (to) =>
      server.received
        .filter(({ recipients }) => recipients.includes(to))
        .map(({ mail }) => ({
          identity: mail.messageId ?? '',
          subject: mail.subject ?? '',
          text: mail.text ?? '',
        })),
    logged: () => '',
    refused: `${NOBODY}acme.example`,
    withWrongCredentials: createSmtpNotifier({
      ...options,
      login: { ...LOGIN, password: 'wrong' },
    }),
    unreachable: createSmtpNotifier({ ...options, port: 1, login }),
    close: () => server.close(),
  };
});
