/** How Keycloak sends mail: becomes the `smtpServer` of the realms that we make. */
export interface KeycloakSmtp {
  readonly host: string;
  readonly port: number;
  /** Sender's address. */
  readonly from: string;
  readonly security: 'none' | 'starttls' | 'tls';
  /** Undefined: Keycloak does not log in there. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

export interface KeycloakConfig {
  /** Where the admin API is reached, e.g. `http://keycloak:8080`. */
  readonly adminUrl: string;
  /** What tokens carry before `/realms/…`: Keycloak's public address. */
  readonly issuerBase: string;
  /** Realm of our service client, as a rule `master`. */
  readonly realm: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The shared realm whose organizations are the pool's tenants. */
  readonly poolRealm: string;
  /** Where logins that accept an invitation come back: each front-end client allows it. */
  readonly loginCallback: string;
  /** Undefined: realms are made without a mail server, and invitations wait for one. */
  readonly smtp: KeycloakSmtp | undefined;
}

/** Exact `iss` of a realm's tokens. */
export function formatIssuer(config: KeycloakConfig, realm: string): string {
  return `${config.issuerBase.replace(/\/+$/, '')}/realms/${realm}`;
}
