import { createKeycloakOrganizations } from '../adapters/keycloak/organization.ts';
import { createKeycloakRealms } from '../adapters/keycloak/realm.ts';
import { createMemoryIdentity } from '../adapters/memory/identity.ts';
import { startSmtpCatcher } from '../adapters/smtp-catcher/catcher.ts';
import type { Isolation } from '../domain/isolation.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { MailCatcher } from '../ports/mail-catcher.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Config } from './config/load.ts';
import { journalOf, smtpOf } from './options.ts';

const LOOPBACK = '127.0.0.1';

export interface IdentityAdapters {
  readonly identity: Readonly<Record<Isolation, IdentityProvider>>;
  /** Undefined where nobody catches mail: always in production. */
  readonly mailCatcher: MailCatcher | undefined;
  close(): Promise<void>;
}

/** Keycloak when it is configured, else in memory; and the mail catcher of development. */
export async function composeIdentity(config: Config, secrets: Secrets): Promise<IdentityAdapters> {
  const { keycloak, mail } = config;
  const catcher =
    mail.catcher &&
    (await startSmtpCatcher({ host: mail.catcher.host ?? LOOPBACK, port: mail.catcher.port }));
  const close = async () => {
    await catcher?.close();
  };
  if (keycloak === undefined) {
    const { identity, mailCatcher } = createMemoryIdentity({
      issuerBase: `https://id.${config.service.tenantDomain}`,
      ...journalOf(config, 'identity'),
    });
    return { identity: { silo: identity, pool: identity }, mailCatcher, close };
  }
  const smtp = smtpOf(config);
  const { issuer: issuerBase, clientSecret, ...rest } = keycloak;
  const options = { ...rest, issuerBase, clientSecret: clientSecret.reveal(), smtp };
  return {
    identity: {
      silo: createKeycloakRealms(options, secrets),
      pool: createKeycloakOrganizations(options),
    },
    mailCatcher: catcher,
    close,
  };
}
