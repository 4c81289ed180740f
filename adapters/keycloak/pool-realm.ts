import type ClientScopeRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientScopeRepresentation.js';
import type ProtocolMapperRepresentation from '@keycloak/keycloak-admin-client/lib/defs/protocolMapperRepresentation.js';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import type { KeycloakConfig } from './config.ts';
import { absentIsFine, isTaken, refuse, statusOf } from './failures.ts';
import { MARK_ATTRIBUTES, formatMark, isMarked } from './mark.ts';
import { formatRealmSettings } from './representation.ts';

/** A lost race is decided within 2 s (KEYCLOAK measurements): six looks, 0.5 s apart. */
const RACE_LOOKS = 6;
const RACE_PAUSE_MS = 500;
const SCOPE = 'organization';
const MEMBERSHIP_MAPPER = 'oidc-organization-membership-mapper';
const GROUPS_MAPPER: ProtocolMapperRepresentation = {
  name: 'organization-groups',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-organization-group-membership-mapper',
  config: {
    'claim.name': SCOPE,
    addGroupRoleMappings: 'true',
    'access.token.claim': 'true',
    'id.token.claim': 'true',
    'introspection.token.claim': 'true',
  },
};

/**
 * The shared realm of one registry, marked with the platform tenant: made, or patched where it
 * differs. Repeatable, also by several processes at once. Throws `PortError` `foreign` when the
 * name is not ours.
 */
export async function ensurePoolRealm(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  call: Call,
): Promise<void> {
  let ours = await isOurs(admin, config, call);
  if (ours === undefined) {
    const refusal = await createPoolRealm(admin, config, call);
    // Whoever lost the race waits until the winner's realm shows, and shows its mark.
    for (let looks = 0; !ours && looks < RACE_LOOKS; looks += 1) {
      if (looks > 0) await admin.pause(RACE_PAUSE_MS, call.signal);
      ours = await isOurs(admin, config, call);
    }
    if (ours === undefined) throw unseen(refusal);
  }
  if (!ours) {
    throw refuse('foreign', 'the realm of the pool is there and not ours');
  }
  await patchOrganizationScope(admin, config.poolRealm, call);
  await declareUserMark(admin, config.poolRealm, call);
}

/** A winner that is slow today is no reason to give up: the next attempt looks again. */
function unseen(refusal: unknown): unknown {
  if (!isTaken(refusal)) return refusal ?? refuse('unknown', 'the realm came and went');
  return refuse('unavailable', 'the realm of the pool is being made by somebody else', refusal);
}

/** Undefined: no such realm. False: one without our mark, or one that we may not see. */
async function isOurs(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  call: Call,
): Promise<boolean | undefined> {
  const realm = await admin.request(call.signal, 'a look at the realm of the pool', (client) =>
    client.realms.findOne({ realm: config.poolRealm }),
  );
  return realm ? isMarked(realm.attributes, platformOf(call)) : undefined;
}

function platformOf({ owner }: Call): OwnerMark {
  return { ...owner, tenant: PLATFORM_TENANT };
}

/** Undefined when it was made, else Keycloak's refusal: somebody else may have made it. */
async function createPoolRealm(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  call: Call,
): Promise<unknown> {
  try {
    await admin.request(call.signal, 'the creation of the realm of the pool', (client) =>
      client.realms.create({
        ...formatRealmSettings(config.smtp),
        realm: config.poolRealm,
        organizationsEnabled: true,
        attributes: formatMark(platformOf(call)),
      }),
    );
    return undefined;
  } catch (error) {
    const status = statusOf(error);
    if (status === 400 || status === 409 || status === 500) return error;
    throw error;
  }
}

/**
 * The claim names the organization by id and carries its groups. Patched in the built-in scope:
 * a second mapper of organizations on a client corrupts the claim. Their attributes stay out.
 */
async function patchOrganizationScope(
  admin: KeycloakAdmin,
  realm: string,
  call: Call,
): Promise<void> {
  const scopes = await admin.request(call.signal, 'the client scopes', (client) =>
    client.clientScopes.find({ realm }),
  );
  const scope = scopes.find(({ name }) => name === SCOPE);
  const membership = scope?.protocolMappers?.find(
    ({ protocolMapper }) => protocolMapper === MEMBERSHIP_MAPPER,
  );
  if (scope?.id === undefined || membership?.id === undefined) {
    throw refuse('invalid', 'the realm of the pool lacks its organization scope');
  }
  await patchMembershipMapper(admin, realm, scope.id, membership, call);
  await addGroupsMapper(admin, realm, scope, call);
}

async function patchMembershipMapper(
  admin: KeycloakAdmin,
  realm: string,
  scopeId: string,
  mapper: ProtocolMapperRepresentation,
  call: Call,
): Promise<void> {
  const wanted = { 'jsonType.label': 'JSON', addOrganizationId: 'true' };
  const held = (mapper.config ?? {}) as Record<string, unknown>;
  if (Object.entries(wanted).every(([key, value]) => held[key] === value)) return;
  await admin.request(call.signal, 'the change of the organization mapper', (client) =>
    client.clientScopes.updateProtocolMapper(
      { realm, id: scopeId, mapperId: mapper.id ?? '' },
      { ...mapper, config: { ...held, ...wanted } },
    ),
  );
}

/**
 * Keycloak does not keep the names of mappers unique against parallel additions, and a mapper too
 * many corrupts the claim: after its own addition each process removes all but the first by id.
 */
async function addGroupsMapper(
  admin: KeycloakAdmin,
  realm: string,
  scope: ClientScopeRepresentation,
  call: Call,
): Promise<void> {
  const id = scope.id ?? '';
  if (findGroupsMappers(scope.protocolMappers).length === 0) {
    try {
      await admin.request(call.signal, 'the addition of the group mapper', (client) =>
        client.clientScopes.addProtocolMapper({ realm, id }, GROUPS_MAPPER),
      );
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  const held = await admin.request(call.signal, 'the list of mappers', (client) =>
    client.clientScopes.listProtocolMappers({ realm, id }),
  );
  for (const mapperId of findGroupsMappers(held).slice(1)) {
    await absentIsFine(() =>
      admin.request(call.signal, 'the removal of a mapper too many', (client) =>
        client.clientScopes.delProtocolMapper({ realm, id, mapperId }),
      ),
    );
  }
}

function findGroupsMappers(mappers: readonly ProtocolMapperRepresentation[] = []): string[] {
  return mappers
    .filter(({ name }) => name === GROUPS_MAPPER.name)
    .map(({ id = '' }) => id)
    .toSorted((one, other) => (one < other ? -1 : 1));
}

/** Undeclared user attributes are dropped silently. Admins alone see and set the mark. */
async function declareUserMark(admin: KeycloakAdmin, realm: string, call: Call): Promise<void> {
  const profile = await admin.request(call.signal, 'the user profile', (client) =>
    client.users.getProfile({ realm }),
  );
  const attributes = profile.attributes ?? [];
  const missing = MARK_ATTRIBUTES.filter((wanted) =>
    attributes.every(({ name }) => name !== wanted),
  );
  if (missing.length === 0) return;
  const permissions = { view: ['admin'], edit: ['admin'] };
  const declared = [...attributes, ...missing.map((name) => ({ name, permissions }))];
  await admin.request(call.signal, 'the change of the user profile', (client) =>
    client.users.updateProfile({ realm, ...profile, attributes: declared }),
  );
}
