import type UserRepresentation from '@keycloak/keycloak-admin-client/lib/defs/userRepresentation.js';
import type { Call } from '../../ports/call.ts';
import type { SharedUsers } from '../../ports/shared-users.ts';
import type { KeycloakAdmin } from './admin.ts';
import { formatIssuer } from './config.ts';
import type { KeycloakConfig } from './config.ts';
import { absentIsFine, isTaken, refuse } from './failures.ts';
import { TENANT_ATTRIBUTE, formatListMark, isMarked } from './mark.ts';

const PAGE = 100;

export type PoolUser = UserRepresentation & { readonly id: string };

/**
 * The first admin's user in the shared realm: made with our mark in one POST, or adopted. One that
 * others made is adopted only with a verified address: else whoever registered it first would own
 * the tenant. Returns its id. Throws `PortError` `foreign`.
 */
export async function ensurePoolUser(
  admin: KeycloakAdmin,
  realm: string,
  email: string,
  call: Call,
): Promise<string> {
  const actions = ['VERIFY_EMAIL', 'UPDATE_PASSWORD'];
  const found = await findOrCreateUser(admin, realm, email, actions, call);
  if (found.emailVerified !== true && !isMarked(found.attributes, call.owner)) {
    throw refuse('foreign', 'a user of that address is there, not ours and not verified');
  }
  return found.id;
}

/** Whoever has that address, else one made with our mark. */
export async function findOrCreateUser(
  admin: KeycloakAdmin,
  realm: string,
  email: string,
  requiredActions: string[],
  call: Call,
): Promise<PoolUser> {
  const found =
    (await findUser(admin, realm, email, call)) ??
    (await createUser(admin, realm, email, requiredActions, call)) ??
    (await findUser(admin, realm, email, call));
  if (found?.id === undefined) throw refuse('unavailable', 'a user of that address came and went');
  return { ...found, id: found.id };
}

/** Undefined when somebody made it at the same moment. */
async function createUser(
  admin: KeycloakAdmin,
  realm: string,
  email: string,
  requiredActions: string[],
  call: Call,
): Promise<UserRepresentation | undefined> {
  const user: UserRepresentation = {
    username: email,
    email,
    emailVerified: false,
    enabled: true,
    requiredActions,
    attributes: formatListMark(call.owner),
  };
  try {
    const { id } = await admin.request(call.signal, 'the creation of a user', (client) =>
      client.users.create({ realm, ...user }),
    );
    return { ...user, id };
  } catch (error) {
    if (isTaken(error)) return undefined;
    throw error;
  }
}

export async function findUser(
  admin: KeycloakAdmin,
  realm: string,
  email: string,
  call: Call,
): Promise<UserRepresentation | undefined> {
  const users = await admin.request(call.signal, 'the look for a user', (client) =>
    client.users.find({ realm, email, exact: true }),
  );
  return users[0];
}

/** Users that were made for the tenant, belong to no other organization, and are not needed. */
export async function removePoolUsers(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  sharedUsers: SharedUsers,
  organizationId: string | undefined,
  call: Call,
): Promise<void> {
  const { poolRealm: realm } = config;
  const issuer = formatIssuer(config, realm);
  const made = (await listMarkedUsers(admin, realm, call)).filter(
    (user): user is PoolUser => user.id !== undefined && isMarked(user.attributes, call.owner),
  );
  if (made.length === 0) return;
  const needed = await sharedUsers.neededBeside(
    call.owner.tenant,
    made.map(({ id: sub, email }) => ({ issuer, sub, email })),
  );
  for (const { id } of made.filter((user) => !needed.has(user.id))) {
    const memberships = await admin.request(call.signal, 'the memberships of a user', (client) =>
      client.organizations.memberOrganizations({ realm, userId: id }),
    );
    if (memberships.some((organization) => organization.id !== organizationId)) continue;
    await absentIsFine(() =>
      admin.request(call.signal, 'the removal of a user', (client) =>
        client.users.del({ realm, id }),
      ),
    );
  }
}

/** All of them before one goes: a removal moves what follows to an earlier page. */
async function listMarkedUsers(
  admin: KeycloakAdmin,
  realm: string,
  call: Call,
): Promise<UserRepresentation[]> {
  const q = `${TENANT_ATTRIBUTE}:${call.owner.tenant}`;
  const users: UserRepresentation[] = [];
  for (let full = true; full;) {
    const page = await admin.request(call.signal, 'the users of the tenant', (client) =>
      client.users.find({ realm, q, first: users.length, max: PAGE }),
    );
    users.push(...page);
    full = page.length === PAGE;
  }
  return users;
}
