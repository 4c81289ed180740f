import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { absentIsFine, isTaken, refuse, statusOf } from './failures.ts';
import { setGroups } from './member-groups.ts';
import { ensureOrganizationGroups, joinGroup } from './organization-groups.ts';

/** UNMANAGED, unlike by invitation: the user outlives the organization. */
export async function addToOrganization(
  admin: KeycloakAdmin,
  realm: string,
  orgId: string,
  userId: string,
  call: Call,
): Promise<void> {
  try {
    await admin.request(call.signal, 'the addition of a member', (client) =>
      client.organizations.addMember({ realm, orgId, userId }),
    );
  } catch (error) {
    // A member already.
    if (isTaken(error)) return;
    if (statusOf(error) === 400 || statusOf(error) === 404)
      throw refuse('invalid', 'the user of the member is not there', error);
    throw error;
  }
}

/** Pool: a member of the organization, and of the groups there that its roles stand for. */
export async function ensureOrganizationMember(
  admin: KeycloakAdmin,
  realm: string,
  orgId: string,
  { sub, roles }: { readonly sub: string; readonly roles: readonly string[] },
  call: Call,
): Promise<void> {
  await addToOrganization(admin, realm, orgId, sub, call);
  const groups = await ensureOrganizationGroups(admin, realm, orgId, call);
  await setGroups(
    {
      held: async () => {
        const held = await admin.request(call.signal, 'the groups of a member', (client) =>
          client.organizations.groups(orgId).listOrgGroups({ realm, id: sub }),
        );
        return new Map(held.map(({ name = '', id = '' }) => [name, id]));
      },
      join: (name) => joinGroup(admin, realm, orgId, groups.get(name), sub, call),
      leave: (groupId) =>
        absentIsFine(() =>
          admin.request(call.signal, 'the removal from a group', (client) =>
            client.organizations
              .groups(orgId)
              .removeMemberFromOrgGroup({ realm, groupId, userId: sub }),
          ),
        ),
    },
    roles,
  );
}

/** Its groups go with the membership. Who is none is success. */
export async function removeOrganizationMember(
  admin: KeycloakAdmin,
  realm: string,
  orgId: string,
  userId: string,
  call: Call,
): Promise<void> {
  try {
    await absentIsFine(() =>
      admin.request(call.signal, 'the removal of a member', (client) =>
        client.organizations.delMember({ realm, orgId, userId }),
      ),
    );
  } catch (error) {
    // Keycloak's word for a user who is not a member, or is none.
    if (statusOf(error) !== 400) throw error;
  }
}
