import { createKeycloakLogin } from '../adapters/keycloak/login.ts';
import { createKeycloakOrganizations } from '../adapters/keycloak/organization.ts';
import { createKeycloakRealms } from '../adapters/keycloak/realm.ts';
import { createMemoryIdentity } from '../adapters/memory/identity.ts';
import { createMemoryLogin } from '../adapters/memory/login.ts';
import { startSmtpCatcher } from '../adapters/smtp-catcher/catcher.ts';
import type { Isolation } from '../domain/isolation.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { MailCatcher } from '../ports/mail-catcher.ts';
import { loginCallback } from '../ports/oidc-login.ts';
import type { LoginPlace, OidcLogin } from '../ports/oidc-login.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { SharedUsers } from '../ports/shared-users.ts';
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
export async function composeIdentity(
  config: Config,
  secrets: Secrets,
  sharedUsers: SharedUsers,
): Promise<IdentityAdapters> {
  const { keycloak, mail } = config;
  const catcher =
    mail.catcher &&
    (await startSmtpCatcher({ host: mail.catcher.host ?? LOOPBACK, port: mail.catcher.port }));
  const close = async () => {
    await catcher?.close();
  };
  if (keycloak === undefined) {
    const { identity, pool, mailCatcher } = createMemoryIdentity({
      issuerBase: embeddedIssuer(config),
      ...journalOf(config, 'identity'),
    });
    return { identity: { silo: identity, pool }, mailCatcher, close };
  }
  const smtp = smtpOf(config);
  const { issuer: issuerBase, clientSecret, ...rest } = keycloak;
  const options = {
    ...{ ...rest, issuerBase, clientSecret: clientSecret.reveal(), smtp },
    loginCallback: loginCallback(config.service.publicUrl),
  };
  return {
    identity: {
      silo: createKeycloakRealms(options, secrets),
      pool: createKeycloakOrganizations(options, sharedUsers),
    },
    mailCatcher: catcher,
    close,
  };
}

/**
 * Who signs in at the embedded adapter's issuers only says who they are: those are development's,
 * and elsewhere no provider answers there.
 */
export function composeLogin(config: Config): OidcLogin {
  const redirectUri = loginCallback(config.service.publicUrl);
  const keycloak = createKeycloakLogin({ redirectUri, backchannel: config.login.backchannel });
  if (config.service.env !== 'dev') return keycloak;
  const { login: embedded } = createMemoryLogin(redirectUri);
  const at = ({ issuer }: LoginPlace): OidcLogin =>
    issuer.startsWith(`${embeddedIssuer(config)}/`) ? embedded : keycloak;
  return {
    begin: (request) => at(request.place).begin(request),
    finish: (answer) => at(answer.place).finish(answer),
    signOutUrl: (place) => at(place).signOutUrl(place),
  };
}

function embeddedIssuer({ service }: Config): string {
  return `https://id.${service.tenantDomain}`;
}
