import type { Isolation } from '../domain/isolation.ts';
import type { Call } from '../ports/call.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { TenantReader } from '../ports/registry-store.ts';

export interface JoinPorts {
  readonly tenants: Pick<TenantReader, 'findTenant' | 'findMember'>;
  readonly identity: Readonly<Record<Isolation, IdentityProvider>>;
}

/**
 * Brings a member's groups at the identity provider up to what the registry says now. The fact is
 * the truth, so that who has left meanwhile is added nowhere. Rejects with `PortError`.
 */
export async function joinTenant(ports: JoinPorts, memberId: string, call: Call): Promise<void> {
  const [tenant, member] = await Promise.all([
    ports.tenants.findTenant(call.owner.tenant),
    ports.tenants.findMember(call.owner.tenant, memberId),
  ]);
  if (tenant === undefined || member?.state !== 'active' || member.identity === null) return;
  const { slug, isolation } = tenant;
  const { roles, identity } = member;
  await ports.identity[isolation].ensureMember({ slug, sub: identity.sub, roles }, call);
}
