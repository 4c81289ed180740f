import type ClientRepresentation from '@keycloak/keycloak-admin-client/lib/defs/clientRepresentation.js';
import type UserSessionRepresentation from '@keycloak/keycloak-admin-client/lib/defs/userSessionRepresentation.js';
import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { absentIsFine } from './failures.ts';
import { SUSPENDED_ATTRIBUTE, isMarked } from './mark.ts';
import { findClient } from './client-drift.ts';
import { formatPoolName } from './pool-client.ts';
import { WEB_CLIENT } from './realm-representation.ts';

/** Sessions read at once, as many as Keycloak gives without being asked. */
const PAGE = 100;
const MS_PER_S = 1_000;

/**
 * Nobody signs in to the client, and what it issued until now is void for good. A person's session
 * in the shared realm ends too, unless it serves another client: that may be another tenant's.
 */
export async function suspendPoolClient(
  admin: KeycloakAdmin,
  realm: string,
  slug: string,
  call: Call,
): Promise<void> {
  const found = await findOwnClient(admin, realm, slug, call);
  if (found?.id === undefined) return;
  const { id, enabled } = found;
  if (enabled === true) {
    const attributes = { [SUSPENDED_ATTRIBUTE]: call.owner.operation };
    await change(admin, realm, id, { enabled: false, attributes }, call);
  }
  // From here on none begins.
  const sessions = await listSessions(admin, realm, id, call);
  await change(admin, realm, id, { notBefore: endOf(sessions) }, call);
  for (const session of sessions.filter((one) => servesOnly(one, id))) {
    await endSession(admin, realm, session.id ?? '', call);
  }
}

export async function endSession(
  admin: KeycloakAdmin,
  realm: string,
  session: string,
  call: Call,
): Promise<void> {
  await absentIsFine(() =>
    admin.request(call.signal, 'the end of a session', (client) =>
      client.realms.deleteSession({ realm, session, isOffline: false }),
    ),
  );
}

export async function restorePoolClient(
  admin: KeycloakAdmin,
  realm: string,
  slug: string,
  call: Call,
): Promise<void> {
  const found = await findOwnClient(admin, realm, slug, call);
  if (found?.id === undefined || found.attributes?.[SUSPENDED_ATTRIBUTE] === undefined) return;
  // An empty attribute is one that goes.
  const part = { enabled: true, attributes: { [SUSPENDED_ATTRIBUTE]: '' } };
  await change(admin, realm, found.id, part, call);
}

async function findOwnClient(admin: KeycloakAdmin, realm: string, slug: string, call: Call) {
  const found = await findClient(admin, realm, formatPoolName(WEB_CLIENT, slug), call);
  return isMarked(found?.attributes, call.owner) ? found : undefined;
}

/** A PUT of some keys, and of some attributes, keeps the others. */
async function change(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  part: ClientRepresentation,
  call: Call,
): Promise<void> {
  await admin.request(call.signal, 'the switch of a client', (client) =>
    client.clients.update({ realm, id }, part),
  );
}

async function listSessions(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  call: Call,
): Promise<UserSessionRepresentation[]> {
  const sessions: UserSessionRepresentation[] = [];
  for (let full = true; full;) {
    const page = await admin.request(call.signal, 'the sessions of a client', (client) =>
      client.clients.listSessions({ realm, id, first: sessions.length, max: PAGE }),
    );
    sessions.push(...page);
    full = page.length === PAGE;
  }
  return sessions;
}

/** In seconds, after all that they were given; Keycloak dates them, and our clock may be behind. */
function endOf(sessions: readonly UserSessionRepresentation[]): number {
  const latestMs = Math.max(Date.now(), ...sessions.map(({ lastAccess = 0 }) => lastAccess));
  return Math.floor(latestMs / MS_PER_S) + 1;
}

/** No session of another tenant's front end. */
export function servesOnly({ clients = {} }: UserSessionRepresentation, id: string): boolean {
  return Object.keys(clients).every((client) => client === id);
}
