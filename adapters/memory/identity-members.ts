import { PortError } from '../../ports/call.ts';
import type { Call } from '../../ports/call.ts';
import { groupsOf } from '../../ports/identity-provider.ts';
import type { IdentityProvider } from '../../ports/identity-provider.ts';
import type { MemoryTenantIdentity } from './identity.ts';

interface Place {
  /** Undefined: nothing of the caller's is there. */
  find(slug: string, call: Call): MemoryTenantIdentity | undefined;
  keep(slug: string, entry: MemoryTenantIdentity): void;
  send<T>(method: string, signal: AbortSignal, effect: () => T): Promise<T>;
}

/** Who is invited, who is a member, and in which groups. */
export function memoryMembers(
  place: Place,
): Pick<IdentityProvider, 'ensureInvited' | 'ensureMember' | 'removeMember'> {
  const findHome = (slug: string, call: Call): MemoryTenantIdentity => {
    const entry = place.find(slug, call);
    if (entry !== undefined) return entry;
    throw new PortError('identity', 'invalid', 'the tenant of the member is not there');
  };
  return {
    ensureInvited: ({ slug }, call) =>
      place.send('ensureInvited', call.signal, () => void findHome(slug, call)),
    ensureMember: ({ slug, sub, roles }, call) =>
      place.send('ensureMember', call.signal, () => {
        const entry = findHome(slug, call);
        const members = { ...entry.members, [sub]: groupsOf(roles) };
        place.keep(slug, { ...entry, members });
      }),
    removeMember: ({ slug, sub }, call) =>
      place.send('removeMember', call.signal, () => {
        const entry = place.find(slug, call);
        if (entry === undefined) return;
        const { [sub]: _gone, ...members } = entry.members ?? {};
        place.keep(slug, { ...entry, members });
      }),
  };
}
