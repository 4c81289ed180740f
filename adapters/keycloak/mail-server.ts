import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import type { KeycloakSmtp } from './config.ts';
import { formatRealmSettings } from './representation.ts';

/**
 * Brings a realm to the mail server of today: it holds that of its creation, and a saga parked for
 * a wrong one would never go on once the configuration is mended. A PUT of one key keeps others.
 */
export async function renewMailServer(
  admin: KeycloakAdmin,
  realm: string,
  smtp: KeycloakSmtp | undefined,
  call: Call,
): Promise<void> {
  const { smtpServer } = formatRealmSettings(smtp);
  if (smtpServer === undefined) return;
  await admin.request(call.signal, 'the change of the mail server', (client) =>
    client.realms.update({ realm }, { smtpServer }),
  );
}
