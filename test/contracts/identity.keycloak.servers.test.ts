import { randomUUID } from 'node:crypto';
import { createKeycloakOrganizations } from '../../adapters/keycloak/organization.ts';
import { createKeycloakRealms } from '../../adapters/keycloak/realm.ts';
import type { OwnerMark } from '../../ports/call.ts';
import { NOBODY_ELSE } from '../adapters/keycloak/nobody-else.ts';
import { acceptInvite, signInByCode } from '../adapters/keycloak/sign-in.ts';
import { keepSecrets } from '../adapters/keycloak/secrets.ts';
import { isOpen, snapshotOfOrganization, snapshotOfRealm } from '../adapters/keycloak/snapshots.ts';
import { aKeycloak } from '../adapters/keycloak/subject.ts';
import { organizationWays, realmWays } from '../adapters/keycloak/ways.ts';
import { aCall } from './a-call.ts';
import { anIdentityRequest, identityContract } from './identity.ts';
import type { IdentitySubject } from './identity.ts';

const CLOSED_PORT = 'http://127.0.0.1:1';

identityContract('Keycloak realm', async (): Promise<IdentitySubject> => {
  const { config, catcher, signedIn } = await aKeycloak();
  const secrets = keepSecrets();
  return {
    identity: createKeycloakRealms(config, secrets),
    mailCatcher: catcher,
    plant: async (slug, owner) => {
      const client = await signedIn();
      await client.realms.create({
        realm: slug,
        ...(owner ? { id: owner.tenant, attributes: markOf(owner) } : {}),
      });
    },
    look: async (slug) => {
      const client = await signedIn();
      const realm = await client.realms.findOne({ realm: slug });
      if (!realm) return undefined;
      const providers = await client.identityProviders.find({ realm: slug });
      return {
        mark: readMark(realm.attributes),
        identityProviders: providers.map(({ alias }) => alias ?? ''),
      };
    },
    snapshot: async (slug) => snapshotOfRealm(await signedIn(), slug),
    isOpen: (slug) => isOpen(`${config.adminUrl}/realms/${slug}`, 'web', slug),
    switchOff: async (slug) => {
      await (await signedIn()).realms.update({ realm: slug }, { enabled: false });
    },
    signIn: async ({ slug, origin, adminEmail }, link) => {
      await acceptInvite(config.adminUrl, link);
      const issuer = `${config.adminUrl}/realms/${slug}`;
      const claims = await signInByCode({
        issuer,
        clientId: 'web',
        redirectUri: `${origin}/callback`,
        scope: 'openid',
        username: adminEmail,
      });
      return {
        ...common(claims),
        tenant: String(claims['tenant_id']),
        groups: claims['groups'] as string[],
      };
    },
    ways: realmWays(signedIn),
    tenantInToken: (tenant) => tenant,
    makeUser: async ({ slug }) => {
      const client = await signedIn();
      return (await client.users.create({ realm: slug, ...aUser() })).id;
    },
    groupsOf: async (slug, sub) => {
      const client = await signedIn();
      return namesOf(await client.users.listGroups({ realm: slug, id: sub }));
    },
    unknownUser: randomUUID(),
    withWrongCredentials: createKeycloakRealms({ ...config, clientSecret: 'wrong' }, secrets),
    unreachable: createKeycloakRealms({ ...config, adminUrl: CLOSED_PORT }, secrets),
    close: () => catcher.close(),
  };
});

identityContract('Keycloak organization', async (): Promise<IdentitySubject> => {
  const { config, catcher, signedIn } = await aKeycloak();
  const realm = config.poolRealm;
  const identity = createKeycloakOrganizations(config, NOBODY_ELSE);
  // The shared realm is made with its first tenant; others' organizations need it before.
  await identity.ensure(anIdentityRequest(), aCall());
  return {
    identity,
    mailCatcher: catcher,
    plant: async (slug, owner) => {
      const client = await signedIn();
      const attributes = owner ? listMarkOf(owner) : {};
      const alias = `other-${randomUUID()}`;
      await client.organizations.create({ realm, name: slug, alias, enabled: true, attributes });
    },
    look: async (slug) => {
      const client = await signedIn();
      const query = { realm, search: slug, exact: true, briefRepresentation: false };
      const [found] = await client.organizations.find(query);
      if (found?.id === undefined) return undefined;
      const linked = await client.organizations.listIdentityProviders({ realm, orgId: found.id });
      const providers = linked as unknown as { alias: string }[];
      return {
        mark: readMark(found.attributes),
        identityProviders: providers.map(({ alias }) => alias.replace(`.${slug}`, '')),
      };
    },
    snapshot: async (slug) => snapshotOfOrganization(await signedIn(), realm, slug),
    isOpen: (slug) => isOpen(`${config.adminUrl}/realms/${realm}`, `web.${slug}`, slug),
    switchOff: async (slug) => {
      const client = await signedIn();
      const [web] = await client.clients.find({ realm, clientId: `web.${slug}` });
      await client.clients.update({ realm, id: web?.id ?? '' }, { enabled: false });
      const query = { realm, search: slug, exact: true, briefRepresentation: false };
      const [found] = await client.organizations.find(query);
      const off = { ...found, enabled: false };
      await client.organizations.updateById({ realm, id: found?.id ?? '' }, off);
    },
    signIn: async ({ slug, origin, adminEmail }, link) => {
      await acceptInvite(config.adminUrl, link);
      const claims = await signInByCode({
        issuer: `${config.adminUrl}/realms/${realm}`,
        clientId: `web.${slug}`,
        redirectUri: `${origin}/callback`,
        scope: 'openid organization',
        username: adminEmail,
      });
      const organizations = claims['organization'] as Record<string, OrganizationClaim>;
      const { id, groups } = organizations[slug] ?? { id: 'none', groups: [] };
      return {
        ...common(claims),
        tenant: id,
        groups: groups.map((path) => path.replace(/^\//u, '')),
      };
    },
    ways: organizationWays(signedIn, realm),
    tenantInToken: (_, externalId) => externalId,
    makeUser: async () => {
      const client = await signedIn();
      return (await client.users.create({ realm, ...aUser() })).id;
    },
    groupsOf: async (slug, sub) => {
      const client = await signedIn();
      const [found] = await client.organizations.find({ realm, search: slug, exact: true });
      const orgId = found?.id ?? '';
      const members = await client.organizations.listMembers({ realm, orgId, max: 100 });
      if (!members.some(({ id }) => id === sub)) return undefined;
      return namesOf(await client.organizations.groups(orgId).listOrgGroups({ realm, id: sub }));
    },
    unknownUser: randomUUID(),
    withWrongCredentials: createKeycloakOrganizations(
      { ...config, clientSecret: 'wrong' },
      NOBODY_ELSE,
    ),
    unreachable: createKeycloakOrganizations({ ...config, adminUrl: CLOSED_PORT }, NOBODY_ELSE),
    close: () => catcher.close(),
  };
});

function aUser() {
  const email = `${randomUUID()}@example.test`;
  return { username: email, email, emailVerified: true, enabled: true };
}

function namesOf(groups: readonly { readonly name?: string }[]): string[] {
  return groups.map(({ name = '' }) => name).toSorted();
}

interface OrganizationClaim {
  readonly id: string;
  readonly groups: readonly string[];
}

function common(claims: Record<string, unknown>) {
  return {
    issuer: String(claims['iss']),
    sub: String(claims['sub']),
    emailVerified: claims['email_verified'] === true,
  };
}

const PARTS = ['registry', 'tenant', 'operation'] as const;

function markOf(owner: OwnerMark): Record<string, string> {
  return Object.fromEntries(PARTS.map((part) => [`tenure.${part}`, owner[part]]));
}

function listMarkOf(owner: OwnerMark): Record<string, string[]> {
  return Object.fromEntries(PARTS.map((part) => [`tenure.${part}`, [owner[part]]]));
}

function readMark(attributes: Record<string, unknown> | undefined): OwnerMark | undefined {
  const [registry, tenant, operation] = PARTS.map((part) =>
    [attributes?.[`tenure.${part}`]].flat().find((value) => typeof value === 'string'),
  );
  return registry && tenant && operation ? { registry, tenant, operation } : undefined;
}
