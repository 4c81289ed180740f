import type { Attribute } from '../../domain/reconcile/observation.ts';
import type { Call } from '../../ports/call.ts';
import type { IdentityShape } from '../../ports/identity-provider.ts';
import { formatRole, readAdminRoles, setAdminRoles } from './admin-roles.ts';
import type { KeycloakAdmin } from './admin.ts';
import { attributesOfClient, findClient, mendClient } from './client-drift.ts';
import { compare, compareNames, isDrifted } from './compare.ts';
import type { KeycloakConfig } from './config.ts';
import { attributesOfProvider, findProvider, mendProvider } from './provider-drift.ts';
import { readGroups } from './realm-read-back.ts';
import {
  ADMIN_CLIENT,
  ADMIN_CLIENT_SETTINGS,
  ADMIN_ROLES,
  WEB_CLIENT,
  formatMappers,
  formatOwnSettings,
} from './realm-representation.ts';
import { GROUPS, formatIdentityProvider, formatWebClient } from './representation.ts';

/** All that we manage of a tenant's own realm, which is there and ours. */
export async function attributesOfRealm(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  shape: IdentityShape,
  call: Call,
): Promise<Attribute[]> {
  const realm = shape.slug;
  const [settings, groups, web, service, providers] = await Promise.all([
    attributesOfSettings(admin, config, shape, call),
    readGroups(admin, realm, call),
    findClient(admin, realm, WEB_CLIENT, call),
    findClient(admin, realm, ADMIN_CLIENT, call),
    Promise.all(
      wantedProviders(shape, call).map(async (wanted) =>
        attributesOfProvider(wanted, await findProvider(admin, realm, wanted.alias, call)),
      ),
    ),
  ]);
  const { id } = service ?? {};
  const roles = id === undefined ? [] : await readAdminRoles(admin, realm, id, call);
  return [
    ...settings,
    ...compareNames('group', GROUPS, groups),
    ...attributesOfClient(wantedWeb(config, shape, call), web),
    ...attributesOfClient(ADMIN_CLIENT_SETTINGS, service),
    ...compare(`client ${ADMIN_CLIENT}`, { roles: ADMIN_ROLES }, { roles: roles.map(formatRole) }),
    ...providers.flat(),
  ];
}

/** Each part is looked at again right before it is changed. */
export async function mendRealm(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  shape: IdentityShape,
  call: Call,
): Promise<void> {
  const realm = shape.slug;
  if (isDrifted(await attributesOfSettings(admin, config, shape, call))) {
    await admin.request(call.signal, 'the change of a realm', (client) =>
      // A PUT keeps the keys that it does not name, the mark among them.
      client.realms.update({ realm }, formatOwnSettings(shape, config.smtp)),
    );
  }
  const groups = await readGroups(admin, realm, call);
  for (const name of GROUPS.filter((one) => !groups.includes(one))) {
    await admin.request(call.signal, 'the creation of a group', (client) =>
      client.groups.create({ realm, name }),
    );
  }
  await mendClient(admin, { realm, client: wantedWeb(config, shape, call) }, call);
  await mendClient(admin, { realm, client: ADMIN_CLIENT_SETTINGS }, call);
  const service = await findClient(admin, realm, ADMIN_CLIENT, call);
  await setAdminRoles(admin, realm, service?.id ?? '', ADMIN_ROLES, call);
  for (const wanted of wantedProviders(shape, call)) {
    await mendProvider(admin, realm, wanted, call);
  }
}

async function attributesOfSettings(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  shape: IdentityShape,
  call: Call,
): Promise<Attribute[]> {
  const found = await admin.request(call.signal, 'a look at a realm', (client) =>
    client.realms.findOne({ realm: shape.slug }),
  );
  return compare('realm', formatOwnSettings(shape, config.smtp), found);
}

function wantedWeb({ loginCallback }: KeycloakConfig, { origin }: IdentityShape, { owner }: Call) {
  return formatWebClient(WEB_CLIENT, origin, loginCallback, owner, formatMappers(owner.tenant));
}

function wantedProviders({ identityProviders }: IdentityShape, { owner }: Call) {
  return identityProviders.map((one) => formatIdentityProvider(one.alias, one, owner));
}
