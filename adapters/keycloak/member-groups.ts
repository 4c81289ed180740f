import { groupsOf, TENANT_GROUPS } from '../../ports/identity-provider.ts';

/** Where a member's groups are: in a realm, or in an organization. */
export interface GroupPlace {
  /** Ids by name. */
  held(): Promise<ReadonlyMap<string, string>>;
  join(group: string): Promise<void>;
  leave(groupId: string): Promise<void>;
}

/** Exactly the groups of these roles; those of projects stay as they are. */
export async function setGroups(place: GroupPlace, roles: readonly string[]): Promise<void> {
  const wanted = groupsOf(roles);
  const held = await place.held();
  for (const name of wanted) if (!held.has(name)) await place.join(name);
  for (const name of TENANT_GROUPS) {
    const id = held.get(name);
    if (id !== undefined && !wanted.includes(name)) await place.leave(id);
  }
}
