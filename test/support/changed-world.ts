import { randomUUID } from 'node:crypto';
import type { World } from './saga-world.ts';
import { aTenant, type TenantOfTest } from './invitations.ts';

export type ChangeableWorld = Pick<World, 'provision' | 'ended' | 'api' | 'database'>;

/** A tenant whose first admin is not alone; no saga makes the second member here. */
export async function aTenantOfTwo(
  world: ChangeableWorld,
  over: Partial<{ readonly roles: readonly string[] }> = {},
): Promise<TenantOfTest & { readonly member: string; readonly sub: string }> {
  const tenant = await aTenant(world);
  return { ...tenant, ...(await addMember(world, tenant, over.roles ?? ['org-member'])) };
}

/** An active member, as the registry knows it: the identity provider has not heard of it. */
export async function addMember(
  { database }: Pick<World, 'database'>,
  { tenant, issuer }: TenantOfTest,
  roles: readonly string[],
  sub: string = randomUUID(),
): Promise<{ readonly member: string; readonly sub: string }> {
  const member = randomUUID();
  await database.admin.query(
    `insert into memberships (tenant, id, state, issuer, sub, roles)
     values ($1, $2, 'active', $3, $4, $5)`,
    [tenant, member, issuer, sub, roles],
  );
  return { member, sub };
}
