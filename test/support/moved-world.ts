import type { MemoryIdentity, MemoryTenantIdentity } from '../../adapters/memory/identity.ts';
import { liveFacts } from '../../domain/reconcile/rows.ts';
import type { Isolation } from '../../domain/isolation.ts';
import type { Membership } from '../../domain/membership.ts';
import { inviteInputOf } from '../../domain/requests.ts';
import { parsePayload } from '../../facts/core/payload.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { aLogin, aTenant, createInviting, mailsTo, tokenIn } from './invitations.ts';
import type { TenantOfTest } from './invitations.ts';
import type { World } from './saga-world.ts';

export type MovableWorld = Pick<
  World,
  'api' | 'change' | 'database' | 'ended' | 'engine' | 'provision' | 'start'
>;

/** A tenant with people of every kind, each made by the saga that makes such. */
export interface Crowd extends TenantOfTest {
  readonly owner: string;
  readonly active: string;
  readonly inactive: string;
  /** Invited: known to everybody, and nobody yet. */
  readonly pending: string;
  readonly invitation: Operation;
  readonly token: string;
}

export async function aCrowd(
  world: MovableWorld,
  notifier: Notifier,
  isolation: Isolation,
): Promise<Crowd> {
  const made = await aTenant(world, { isolation });
  const people = createInviting(world);
  const invited = async (name: string) => {
    const email = `${name}@${made.slug}.test`;
    const invitation = await people.invite(made.tenant, email);
    const token = tokenIn((await mailsTo(notifier, email)).at(-1));
    return { email, invitation, token, member: inviteInputOf(invitation.input).member };
  };
  const joined = async (name: string) => {
    const { email, invitation, token, member } = await invited(name);
    await people.take(token, aLogin(made.issuer, email));
    await world.ended(invitation);
    return member;
  };
  const [active, inactive] = [await joined('bob'), await joined('carl')];
  const change = { change: 'deactivate', member: inactive } as const;
  await world.ended(await world.change(made.tenant, change));
  const { invitation, token, member: pending } = await invited('dora');
  return { ...made, active, inactive, pending, invitation, token };
}

/** What readers fold of the tenant's chain: the body of each live subject. */
export async function foldOf({ database }: Pick<World, 'database'>, tenant: string) {
  const { rows } = await database.admin.query<{ payload: Buffer }>(
    'select payload from facts where tenant = $1 order by seq',
    [tenant],
  );
  const live = liveFacts(rows.map(({ payload }) => parsePayload(payload)));
  return new Map([...live.values()].map(({ subject, body }) => [subject, body]));
}

/** The same without what a move changes: who somebody is, and in which mode the tenant is. */
export function withoutPlace(fold: Awaited<ReturnType<typeof foldOf>>) {
  return Array.from(fold, ([subject, { identity, ...body }]) => ({
    ...{ subject, body: { ...body, isolation: undefined } },
    bound: identity === undefined ? undefined : identity !== null,
  }));
}

export async function membersOf({ api }: Pick<World, 'api'>, tenant: string) {
  const members = await api.tenants.listMembers(tenant);
  return new Map(members.map((member): [string, Membership] => [member.id, member]));
}

/** What a tenant has in each mode. */
export function placesOf(
  { memory }: { readonly memory: MemoryIdentity },
  slug: string,
): Readonly<Record<Isolation, MemoryTenantIdentity | undefined>> {
  return { silo: memory.find(slug), pool: memory.findInPool(slug) };
}
