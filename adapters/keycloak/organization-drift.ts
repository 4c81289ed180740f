import type OrganizationRepresentation from '@keycloak/keycloak-admin-client/lib/defs/organizationRepresentation.js';
import type { Attribute } from '../../domain/reconcile/observation.ts';
import type { Call } from '../../ports/call.ts';
import type { IdentityShape } from '../../ports/identity-provider.ts';
import type { KeycloakAdmin } from './admin.ts';
import { attributesOfClient, findClient, mendClient } from './client-drift.ts';
import { compare, compareNames, isDrifted } from './compare.ts';
import type { KeycloakConfig } from './config.ts';
import { ensureOrganizationGroups, listGroups } from './organization-groups.ts';
import { ensurePoolProvider, formatPoolName } from './pool-client.ts';
import { attributesOfProvider, findProvider, mendProvider } from './provider-drift.ts';
import { WEB_CLIENT } from './realm-representation.ts';
import {
  AUDIENCE_MAPPER,
  GROUPS,
  formatIdentityProvider,
  formatWebClient,
} from './representation.ts';

/** An organization that is there and ours, and where its sign-in ends. */
export interface OwnOrganization extends Pick<KeycloakConfig, 'loginCallback'> {
  readonly realm: string;
  readonly found: OrganizationRepresentation & { readonly id: string };
}

/** All that we manage of a tenant in the shared realm; that realm itself is no tenant's. */
export async function attributesOfOrganization(
  admin: KeycloakAdmin,
  { realm, loginCallback, found }: OwnOrganization,
  shape: IdentityShape,
  call: Call,
): Promise<Attribute[]> {
  const client = wantedWeb(loginCallback, shape, call);
  const [groups, web, providers] = await Promise.all([
    listGroups(admin, realm, found.id, call),
    findClient(admin, realm, client.clientId, call),
    Promise.all(
      wantedProviders(shape, call).map(async ({ wanted }) => {
        const there = await findProvider(admin, realm, wanted.alias, call);
        const part = `identity provider ${wanted.alias}`;
        const link = compare(part, { organizationId: found.id }, there);
        return [...attributesOfProvider(wanted, there), ...link];
      }),
    ),
  ]);
  return [
    ...compare('organization', formatSettings(shape), found),
    ...compareNames('group', GROUPS, [...groups.keys()]),
    ...attributesOfClient(client, web),
    ...providers.flat(),
  ];
}

export async function mendOrganization(
  admin: KeycloakAdmin,
  { realm, loginCallback, found }: OwnOrganization,
  shape: IdentityShape,
  call: Call,
): Promise<void> {
  const { id } = found;
  const settings = formatSettings(shape);
  if (isDrifted(compare('organization', settings, found))) {
    await admin.request(call.signal, 'the change of an organization', (client) =>
      client.organizations.updateById({ realm, id }, { ...found, ...settings }),
    );
  }
  await ensureOrganizationGroups(admin, realm, id, call);
  await mendClient(admin, { realm, client: wantedWeb(loginCallback, shape, call) }, call);
  for (const { wanted, provider } of wantedProviders(shape, call)) {
    await mendProvider(admin, realm, wanted, call);
    await ensurePoolProvider(admin, realm, wanted.alias, provider, id, call);
  }
}

/** Name and alias are the slug; what a crash or a person renamed is found by the other one. */
function formatSettings({ slug, displayName }: IdentityShape) {
  return { name: slug, alias: slug, description: displayName, enabled: true };
}

function wantedWeb(loginCallback: string, { slug, origin }: IdentityShape, { owner }: Call) {
  const clientId = formatPoolName(WEB_CLIENT, slug);
  return formatWebClient(clientId, origin, loginCallback, owner, [AUDIENCE_MAPPER]);
}

function wantedProviders({ slug, identityProviders }: IdentityShape, { owner }: Call) {
  return identityProviders.map((provider) => {
    const alias = formatPoolName(provider.alias, slug);
    const wanted = { ...formatIdentityProvider(alias, provider, owner), hideOnLogin: true };
    return { provider, wanted };
  });
}
