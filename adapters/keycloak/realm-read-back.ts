import type { Call } from '../../ports/call.ts';
import type { IdentityRequest, IdentityShape } from '../../ports/identity-provider.ts';
import type { KeycloakAdmin } from './admin.ts';
import { formatRole, readAdminRoles } from './admin-roles.ts';
import { findClient } from './client-drift.ts';
import { refuse } from './failures.ts';
import { ADMIN_CLIENT, ADMIN_ROLES, WEB_CLIENT, formatMappers } from './realm-representation.ts';
import { GROUPS } from './representation.ts';

const MAX_GROUPS = 100;

/**
 * Keycloak takes mistyped roles, mappers and providers silently, so that what it made is compared
 * with what was asked for. Throws `PortError` `invalid` that names the part. Returns the secret of
 * the admin client.
 */
export async function readBackRealm(
  admin: KeycloakAdmin,
  request: IdentityRequest,
  call: Call,
): Promise<string> {
  const [secret, user] = await Promise.all([
    readBackShape(admin, request, call),
    readAdminUser(admin, request, call),
  ]);
  assureAll('first admin', [request.adminUserId], user);
  return secret;
}

/** As above, without the first admin, who may have left since. */
export async function readBackShape(
  admin: KeycloakAdmin,
  request: IdentityShape,
  call: Call,
): Promise<string> {
  const [groups, mappers, providers, secret] = await Promise.all([
    readGroups(admin, request.slug, call),
    readMappers(admin, request.slug, call),
    readProviders(admin, request.slug, call),
    readAdminClient(admin, request.slug, call),
  ]);
  assureAll('group', GROUPS, groups);
  assureAll('mapper', formatMappers(call.owner.tenant).map(formatMapperKey), mappers);
  assureAll(
    'identity provider',
    request.identityProviders.map(({ alias }) => alias),
    providers,
  );
  return secret;
}

export async function readGroups(
  admin: KeycloakAdmin,
  realm: string,
  call: Call,
): Promise<string[]> {
  const groups = await admin.request(call.signal, 'the list of groups', (client) =>
    client.groups.find({ realm, max: MAX_GROUPS }),
  );
  return groups.map(({ name }) => name ?? '');
}

async function readMappers(admin: KeycloakAdmin, realm: string, call: Call): Promise<string[]> {
  const clients = await admin.request(call.signal, 'the front-end client', (client) =>
    client.clients.find({ realm, clientId: WEB_CLIENT }),
  );
  return (clients[0]?.protocolMappers ?? []).map(formatMapperKey);
}

function formatMapperKey(mapper: { name?: string; protocolMapper?: string }): string {
  return `${mapper.name}=${mapper.protocolMapper}`;
}

async function readProviders(admin: KeycloakAdmin, realm: string, call: Call): Promise<string[]> {
  const providers = await admin.request(call.signal, 'the identity providers', (client) =>
    client.identityProviders.find({ realm }),
  );
  return providers.map(({ alias }) => alias ?? '');
}

async function readAdminUser(
  admin: KeycloakAdmin,
  request: IdentityRequest,
  call: Call,
): Promise<string[]> {
  const user = await admin.request(call.signal, 'the first admin', (client) =>
    client.users.findOne({ realm: request.slug, id: request.adminUserId }),
  );
  return user?.id === undefined ? [] : [user.id];
}

/** Its roles must be exactly ours: one more than needed is refused too. */
async function readAdminClient(admin: KeycloakAdmin, realm: string, call: Call): Promise<string> {
  const id = (await findClient(admin, realm, ADMIN_CLIENT, call))?.id;
  if (id === undefined) throw refuse('invalid', 'the realm lacks its admin client');
  const held = (await readAdminRoles(admin, realm, id, call)).map(formatRole);
  assureAll('role of the admin service account', ADMIN_ROLES, held);
  if (held.length > ADMIN_ROLES.length) {
    throw refuse('invalid', 'the admin service account holds more roles than it needs');
  }
  const secret = await admin.request(call.signal, 'the secret of the admin client', (client) =>
    client.clients.getClientSecret({ realm, id }),
  );
  if (secret.value === undefined) throw refuse('invalid', 'the admin client has no secret');
  return secret.value;
}

function assureAll(part: string, wanted: readonly string[], found: readonly string[]): void {
  const missing = wanted.find((name) => !found.includes(name));
  if (missing !== undefined) {
    throw refuse('invalid', `the realm lacks a ${part}: ${missing}`);
  }
}
