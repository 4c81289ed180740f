import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { findClient } from './client-drift.ts';
import { absentIsFine } from './failures.ts';
import { endSession, servesOnly } from './pool-client-suspension.ts';
import { WEB_CLIENT } from './realm-representation.ts';

/** Silo: all sessions of the user; what they issued is void for good. */
export async function endUserSessions(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  call: Call,
): Promise<void> {
  await absentIsFine(() =>
    admin.request(call.signal, 'the end of a user’s sessions', (client) =>
      client.users.logout({ realm, id }),
    ),
  );
  await endOffline(admin, realm, id, WEB_CLIENT, call);
}

/**
 * Pool: those that serve the tenant's front end alone. One that serves another tenant too goes on
 * for that one; ours gets nothing more from it, since who is no member has no such scope.
 */
export async function endPoolSessions(
  admin: KeycloakAdmin,
  realm: string,
  clientId: string,
  userId: string,
  call: Call,
): Promise<void> {
  const web = await findClient(admin, realm, clientId, call);
  if (web?.id === undefined) return;
  const { id } = web;
  await absentIsFine(async () => {
    const sessions = await admin.request(call.signal, 'the sessions of a user', (client) =>
      client.users.listSessions({ realm, id: userId }),
    );
    for (const session of sessions.filter((one) => servesOnly(one, id)))
      await endSession(admin, realm, session.id ?? '', call);
  });
  await endOffline(admin, realm, userId, clientId, call);
}

/** Keycloak says 404 to a user without any, too. */
async function endOffline(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  clientId: string,
  call: Call,
): Promise<void> {
  await absentIsFine(() =>
    admin.request(call.signal, 'the end of a user’s offline sessions', (client) =>
      client.users.revokeConsent({ realm, id, clientId }),
    ),
  );
}
