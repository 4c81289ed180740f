import { requireWith, section } from '../section.ts';
import { httpUrl, secret, text } from '../variables.ts';

export const keycloak = section({
  title: 'Keycloak',
  about: 'Identity of the tenants. Empty `KEYCLOAK_ADMIN_URL`: the embedded identity adapter.',
  variables: {
    KEYCLOAK_ADMIN_URL: httpUrl.optional('Base URL at which the admin API is reached.'),
    KEYCLOAK_ISSUER: httpUrl.optional(
      'Public base URL, as `iss` begins in tokens (`<this>/realms/<realm>`). Unset: `KEYCLOAK_ADMIN_URL`.',
    ),
    KEYCLOAK_REALM: text.withDefault('master', 'Realm of the client below.'),
    KEYCLOAK_CLIENT_ID: text.optional(
      'Confidential client whose service account may create realms.',
    ),
    KEYCLOAK_CLIENT_SECRET: secret.optional('Its secret.'),
    KEYCLOAK_POOL_REALM: text.withDefault(
      'pool',
      'Shared realm whose organizations are the tenants of isolation mode `pool`.',
    ),
  },
  build: (values, refuse) => {
    const adminUrl = values.KEYCLOAK_ADMIN_URL;
    if (adminUrl === undefined) return undefined;
    const { KEYCLOAK_CLIENT_ID: clientId, KEYCLOAK_CLIENT_SECRET: clientSecret } = values;
    requireWith(
      'KEYCLOAK_ADMIN_URL',
      values,
      ['KEYCLOAK_CLIENT_ID', 'KEYCLOAK_CLIENT_SECRET'],
      refuse,
    );
    if (clientId === undefined || clientSecret === undefined) return undefined;
    return {
      adminUrl,
      issuer: values.KEYCLOAK_ISSUER ?? adminUrl,
      realm: values.KEYCLOAK_REALM,
      clientId,
      clientSecret,
      poolRealm: values.KEYCLOAK_POOL_REALM,
    };
  },
});
