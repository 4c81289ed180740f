import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { refuse } from './failures.ts';
import { findOrCreateUser } from './pool-user.ts';

/**
 * The invited person's user, as whom nobody can sign in before the address is proved: it has no
 * password, and Keycloak mails the way to one. A user that others made is left as it is. One that
 * somebody set up and never proved is refused (`foreign`): with it the invited person would get
 * whatever its maker left there, a password, a linked account, a session ("pre-hijacking":
 * Sudhodanan and Paverd, USENIX Security 2022). Returns its id.
 */
export async function ensureInvitedUser(
  admin: KeycloakAdmin,
  realm: string,
  email: string,
  call: Call,
): Promise<string> {
  const found = await findOrCreateUser(admin, realm, email, [], call);
  if (found.emailVerified !== true && (await hasWayIn(admin, realm, found.id, call)))
    throw refuse('foreign', 'a user of that address is there, set up by others and not verified');
  return found.id;
}

/** A password, or an account elsewhere. */
export async function hasWayIn(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  call: Call,
): Promise<boolean> {
  const credentials = await admin.request(call.signal, 'the credentials of a user', (client) =>
    client.users.getCredentials({ realm, id }),
  );
  const links = await admin.request(call.signal, 'the linked accounts of a user', (client) =>
    client.users.listFederatedIdentities({ realm, id }),
  );
  return credentials.length + links.length > 0;
}
