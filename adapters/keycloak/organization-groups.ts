import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { isTaken, refuse } from './failures.ts';
import { GROUPS } from './representation.ts';

const MAX_GROUPS = 100;

/** Ids of the organization's groups by name; makes those that are missing. */
export async function ensureOrganizationGroups(
  admin: KeycloakAdmin,
  realm: string,
  orgId: string,
  call: Call,
): Promise<ReadonlyMap<string, string>> {
  const held = await listGroups(admin, realm, orgId, call);
  const missing = GROUPS.filter((name) => !held.has(name));
  if (missing.length === 0) return held;
  for (const name of missing) {
    try {
      await admin.request(call.signal, 'the creation of a group', (client) =>
        client.organizations.groups(orgId).create({ realm, name }),
      );
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  return listGroups(admin, realm, orgId, call);
}

export async function listGroups(
  admin: KeycloakAdmin,
  realm: string,
  orgId: string,
  call: Call,
): Promise<Map<string, string>> {
  const groups = await admin.request(call.signal, 'the list of groups', (client) =>
    client.organizations.groups(orgId).find({ realm, max: MAX_GROUPS }),
  );
  return new Map(groups.map(({ name = '', id = '' }) => [name, id]));
}

/** Puts a member of the organization into one of its groups. */
export async function joinGroup(
  admin: KeycloakAdmin,
  realm: string,
  orgId: string,
  groupId: string | undefined,
  userId: string,
  call: Call,
): Promise<void> {
  if (groupId === undefined) throw refuse('unavailable', 'the group of a role is not there');
  try {
    await admin.request(call.signal, 'the addition to a group', (client) =>
      client.organizations.groups(orgId).addMemberToOrgGroup({ realm, groupId, userId }),
    );
  } catch (error) {
    // Already in it.
    if (!isTaken(error)) throw error;
  }
}
