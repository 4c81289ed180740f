import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import type { Ways } from '../../contracts/observe.ts';

type SignedIn = () => Promise<KeycloakAdminClient>;
type Bend = (admin: KeycloakAdminClient, realm: string) => Promise<unknown>;

/** How an administrator of Keycloak may bend a tenant's own realm; the slug is its name. */
export function realmWays(signedIn: SignedIn): Ways<[slug: string]> {
  const ways: Record<string, Bend> = {
    'registration is open': (admin, realm) =>
      admin.realms.update({ realm }, { registrationAllowed: true }),
    'brute force is allowed': (admin, realm) =>
      admin.realms.update({ realm }, { bruteForceProtected: false }),
    'the password policy is weak': (admin, realm) =>
      admin.realms.update({ realm }, { passwordPolicy: 'length(1)' }),
    'it has another display name': (admin, realm) =>
      admin.realms.update({ realm }, { displayName: 'Evil' }),
    'the mail server is another': (admin, realm) =>
      admin.realms.update({ realm }, { smtpServer: { host: 'evil.test', from: 'a@evil.test' } }),
    'a group is gone': async (admin, realm) => {
      const groups = await admin.groups.find({ realm, search: 'org-admins' });
      await admin.groups.del({ realm, id: groups[0]?.id ?? '' });
    },
    'its admin client is gone': (admin, realm) => removeClient(admin, realm, 'tenant-admin'),
    'its admin client may do more': async (admin, realm) => {
      const [service] = await admin.clients.find({ realm, clientId: 'tenant-admin' });
      const [management] = await admin.clients.find({ realm, clientId: 'realm-management' });
      const id = management?.id ?? '';
      const account = await admin.clients.getServiceAccountUser({ realm, id: service?.id ?? '' });
      const role = await admin.clients.findRole({ realm, id, roleName: 'manage-realm' });
      const roles = [{ id: role?.id ?? '', name: 'manage-realm' }];
      const at = { realm, id: account.id ?? '', clientUniqueId: id };
      await admin.users.addClientRoleMappings({ ...at, roles });
    },
    ...clientWays(() => 'web'),
    ...providerWays(
      (slug) => slug,
      () => 'corp',
    ),
  };
  return over(signedIn, ways);
}

/** How an administrator of Keycloak may bend a tenant's part of the shared realm. */
export function organizationWays(signedIn: SignedIn, realm: string): Ways<[slug: string]> {
  const organization = async (admin: KeycloakAdminClient, slug: string) => {
    const query = { realm, search: slug, exact: true, briefRepresentation: false };
    const [found] = await admin.organizations.find(query);
    return { ...found, id: found?.id ?? '' };
  };
  const change = async (admin: KeycloakAdminClient, slug: string, changes: object) => {
    const found = await organization(admin, slug);
    await admin.organizations.updateById({ realm, id: found.id }, { ...found, ...changes });
  };
  const ways: Record<string, Bend> = {
    'it is switched off': (admin, slug) => change(admin, slug, { enabled: false }),
    'it has another name': (admin, slug) => change(admin, slug, { name: `${slug}-evil` }),
    'it has another description': (admin, slug) => change(admin, slug, { description: 'Evil' }),
    'a group is gone': async (admin, slug) => {
      const { id } = await organization(admin, slug);
      const groups = admin.organizations.groups(id);
      const found = (await groups.find({ realm })).find(({ name }) => name === 'org-admins');
      await groups.del({ realm, id: found?.id ?? '' });
    },
    'the link to its identity provider is gone': async (admin, slug) => {
      const { id } = await organization(admin, slug);
      await admin.organizations.unLinkIdp({ realm, orgId: id, alias: `corp.${slug}` });
    },
    ...clientWays((slug) => `web.${slug}`, realm),
    ...providerWays(
      () => realm,
      (slug) => `corp.${slug}`,
    ),
  };
  return over(signedIn, ways);
}

function clientWays(nameOf: (slug: string) => string, pool?: string): Record<string, Bend> {
  const change =
    (bend: (found: ClientRepresentation) => Partial<ClientRepresentation>): Bend =>
    async (admin, slug) => {
      const realm = pool ?? slug;
      const [found] = await admin.clients.find({ realm, clientId: nameOf(slug) });
      const id = found?.id ?? '';
      await admin.clients.update({ realm, id }, { ...found, ...bend(found ?? {}) });
    };
  return {
    'one more redirect address': change(({ redirectUris = [] }) => ({
      redirectUris: [...redirectUris, 'https://evil.test/*'],
    })),
    'another web origin': change(() => ({ webOrigins: ['*'] })),
    'passwords go through the front end': change(() => ({ directAccessGrantsEnabled: true })),
    'PKCE is not asked for': change(({ attributes }) => ({
      attributes: { ...attributes, 'pkce.code.challenge.method': '' },
    })),
    'the client is switched off': change(() => ({ enabled: false })),
    'a mapper is gone': async (admin, slug) => {
      const realm = pool ?? slug;
      const [found] = await admin.clients.find({ realm, clientId: nameOf(slug) });
      const mapper = found?.protocolMappers?.find(({ name }) => name === 'api-audience');
      const at = { realm, id: found?.id ?? '', mapperId: mapper?.id ?? '' };
      await admin.clients.delProtocolMapper(at);
    },
    'a mapper too many': async (admin, slug) => {
      const realm = pool ?? slug;
      const [found] = await admin.clients.find({ realm, clientId: nameOf(slug) });
      await admin.clients.addProtocolMapper(
        { realm, id: found?.id ?? '' },
        {
          ...{ name: 'evil', protocol: 'openid-connect' },
          protocolMapper: 'oidc-hardcoded-claim-mapper',
          config: { 'claim.name': 'evil', 'claim.value': 'x', 'access.token.claim': 'true' },
        },
      );
    },
    'the client is gone': (admin, slug) => removeClient(admin, pool ?? slug, nameOf(slug)),
  };
}

function providerWays(
  realmOf: (slug: string) => string,
  aliasOf: (slug: string) => string,
): Record<string, Bend> {
  return {
    'an identity provider leads elsewhere': async (admin, slug) => {
      const [realm, alias] = [realmOf(slug), aliasOf(slug)];
      const found = await admin.identityProviders.findOne({ realm, alias });
      const config = { ...(found?.config as object), tokenUrl: 'https://evil.test/token' };
      await admin.identityProviders.update({ realm, alias }, { ...found, config });
    },
    'an identity provider is gone': (admin, slug) =>
      admin.identityProviders.del({ realm: realmOf(slug), alias: aliasOf(slug) }),
  };
}

async function removeClient(admin: KeycloakAdminClient, realm: string, clientId: string) {
  const [found] = await admin.clients.find({ realm, clientId });
  await admin.clients.del({ realm, id: found?.id ?? '' });
}

function over(signedIn: SignedIn, ways: Record<string, Bend>): Ways<[slug: string]> {
  return Object.fromEntries(
    Object.entries(ways).map(([name, bend]) => [
      name,
      async (slug: string) => bend(await signedIn(), slug),
    ]),
  );
}
