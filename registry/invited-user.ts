import type { Isolation } from '../domain/isolation.ts';
import type { Call } from '../ports/call.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import type { TenantReader } from '../ports/registry-store.ts';

export interface InvitedUserPorts {
  readonly invitations: Pick<InvitationStore, 'findInvitation'>;
  readonly tenants: Pick<TenantReader, 'findTenant'>;
  readonly identity: Readonly<Record<Isolation, IdentityProvider>>;
}

/**
 * Before the mail, so that whoever opens its link can sign in, and nobody else made that user. The
 * invitation has the operation's id. Rejects with `PortError`.
 */
export async function ensureInvitedUser(ports: InvitedUserPorts, call: Call): Promise<void> {
  const { tenant: id, operation } = call.owner;
  const [tenant, invitation] = await Promise.all([
    ports.tenants.findTenant(id),
    ports.invitations.findInvitation(id, operation),
  ]);
  if (tenant === undefined || invitation?.state !== 'pending') return;
  const { slug, isolation } = tenant;
  await ports.identity[isolation].ensureInvited({ slug, email: invitation.email }, call);
}
