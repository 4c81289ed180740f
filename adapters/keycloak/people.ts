import type UserRepresentation from '@keycloak/keycloak-admin-client/lib/defs/userRepresentation.js';
import { fewAtOnce } from '../../ports/at-once.ts';
import type { Call } from '../../ports/call.ts';
import type { Person, Received } from '../../ports/identity-provider.ts';
import type { KeycloakAdmin } from './admin.ts';
import { refuse } from './failures.ts';
import { sendInvite } from './invite.ts';
import { ensureInvitedUser, hasWayIn } from './invited-user.ts';

/**
 * Who of these is there and switched on. The API tells neither what passwords hash to nor second
 * factors (KEYCLOAK: only an export on the server's own disk has them).
 */
export async function listPeople(
  admin: KeycloakAdmin,
  realm: string,
  subs: readonly string[],
  call: Call,
): Promise<Person[]> {
  const users = await fewAtOnce(subs, (id) => findUserById(admin, realm, id, call));
  return users.flatMap((user) => (user?.enabled === true ? [toPerson(user)] : []));
}

function toPerson(user: UserRepresentation): Person {
  const { id: sub = '', email, emailVerified = false, firstName, lastName } = user;
  if (email === undefined) throw refuse('invalid', 'a user of a member has no e-mail address');
  return {
    ...{ sub, email, emailVerified },
    ...(firstName !== undefined && { firstName }),
    ...(lastName !== undefined && { lastName }),
  };
}

/**
 * An id is unique in the whole server, so that nobody keeps it while the user before is there: the
 * address is what both know of the person.
 */
export async function receivePeople(
  admin: KeycloakAdmin,
  realm: string,
  people: readonly Person[],
  call: Call,
): Promise<Received['subs']> {
  const found = await fewAtOnce(people, async ({ sub, email }) => {
    return [sub, await ensureInvitedUser(admin, realm, email, call)] as const;
  });
  return Object.fromEntries(found);
}

export interface WelcomedUser {
  readonly realm: string;
  readonly id: string;
  readonly clientId: string;
  readonly origin: string;
}

export async function welcomeUser(
  admin: KeycloakAdmin,
  { realm, id, clientId, origin }: WelcomedUser,
  call: Call,
): Promise<void> {
  const user = await findUserById(admin, realm, id, call);
  if (user?.enabled !== true || (await hasWayIn(admin, realm, id, call))) return;
  await sendInvite(admin, call, realm, id, clientId, origin);
}

async function findUserById(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  call: Call,
): Promise<UserRepresentation | undefined> {
  const user = await admin.request(call.signal, 'a look at a user', (client) =>
    client.users.findOne({ realm, id }),
  );
  return user ?? undefined;
}
