import type { Call } from '../../ports/call.ts';
import type { MemberRequest } from '../../ports/identity-provider.ts';
import type { KeycloakAdmin } from './admin.ts';
import { refuse } from './failures.ts';
import { setGroups } from './member-groups.ts';
import type { GroupPlace } from './member-groups.ts';
import { endUserSessions } from './member-sessions.ts';

const MAX_GROUPS = 100;

/** Silo: every user of the realm is the tenant's; its groups say what it may. */
export async function ensureRealmMember(
  admin: KeycloakAdmin,
  { slug, sub, roles }: MemberRequest & { readonly roles: readonly string[] },
  call: Call,
): Promise<void> {
  if (!(await hasUser(admin, slug, sub, call)))
    throw refuse('invalid', 'the user of the member is not there');
  await setGroups(placeOf(admin, slug, sub, call), roles);
}

export async function removeRealmMember(
  admin: KeycloakAdmin,
  { slug, sub }: MemberRequest,
  call: Call,
): Promise<void> {
  if (!(await hasUser(admin, slug, sub, call))) return;
  await setGroups(placeOf(admin, slug, sub, call), []);
  // Groups first: a session that begins meanwhile is one of nobody's.
  await endUserSessions(admin, slug, sub, call);
}

async function hasUser(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  call: Call,
): Promise<boolean> {
  const user = await admin.request(call.signal, 'a look at a user', (client) =>
    client.users.findOne({ realm, id }),
  );
  return Boolean(user);
}

function placeOf(admin: KeycloakAdmin, realm: string, id: string, call: Call): GroupPlace {
  const request = <T>(what: string, send: Parameters<typeof admin.request<T>>[2]) =>
    admin.request(call.signal, what, send);
  const byName = (groups: readonly { name?: string; id?: string }[]) =>
    new Map(groups.map(({ name = '', id: groupId = '' }) => [name, groupId]));
  return {
    held: async () =>
      byName(
        await request('the groups of a user', (client) =>
          client.users.listGroups({ realm, id, max: MAX_GROUPS }),
        ),
      ),
    join: async (name) => {
      const all = await request('the list of groups', (client) =>
        client.groups.find({ realm, max: MAX_GROUPS }),
      );
      const groupId = byName(all).get(name);
      if (groupId === undefined) throw refuse('unavailable', 'the group of a role is not there');
      await request('the addition to a group', (client) =>
        client.users.addToGroup({ realm, id, groupId }),
      );
    },
    leave: async (groupId) => {
      await request('the removal from a group', (client) =>
        client.users.delFromGroup({ realm, id, groupId }),
      );
    },
  };
}
