import { groupOf } from '../../ports/identity-provider.ts';
import { GROUPS } from './representation.ts';

/** Groups that tenant-scoped roles stand for; those of projects are not ours to take away. */
const TENANT_GROUPS: ReadonlySet<string> = new Set(
  GROUPS.filter((name) => name.startsWith('org-')),
);

/** Where a member's groups are: in a realm, or in an organization. Ids, by name. */
export interface GroupPlace {
  held(): Promise<ReadonlyMap<string, string>>;
  join(group: string): Promise<void>;
  leave(groupId: string): Promise<void>;
}

/** Exactly the groups of these roles; a role without a group of its own (a duty) has none. */
export async function setGroups(place: GroupPlace, roles: readonly string[]): Promise<void> {
  const wanted = roles.map(groupOf).filter((name) => TENANT_GROUPS.has(name));
  const held = await place.held();
  for (const name of wanted) if (!held.has(name)) await place.join(name);
  for (const [name, id] of held)
    if (TENANT_GROUPS.has(name) && !wanted.includes(name)) await place.leave(id);
}
