import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call } from '../../ports/call.ts';
import type { IdentityProvider, IdentityShape } from '../../ports/identity-provider.ts';
import { isMine } from '../../ports/owner-mark.ts';
import type { MemoryTenantIdentity } from './identity.ts';

interface Place {
  /** Whosever it is. */
  find(slug: string): MemoryTenantIdentity | undefined;
  keep(slug: string, entry: MemoryTenantIdentity): void;
  send<T>(method: string, signal: AbortSignal, effect: () => T): Promise<T>;
}

/** What is there beside what is wanted: of all that Keycloak has, the identity providers. */
export function memoryDrift(place: Place): Pick<IdentityProvider, 'observe' | 'mend'> {
  return {
    observe: ({ slug, identityProviders }, call) =>
      place.send('observe', call.signal, () => {
        const there = place.find(slug);
        if (there === undefined) return ABSENT;
        if (!isOwned(there, call)) return FOREIGN;
        const wanted = aliasesOf(identityProviders).join();
        const found = there.identityProviders.join();
        const attributes = [{ name: 'identity providers', wanted, found }];
        return { presence: 'mine' as const, attributes, open: !there.suspended };
      }),
    mend: ({ slug, identityProviders }, call) =>
      place.send('mend', call.signal, () => {
        const there = place.find(slug);
        if (there === undefined) {
          throw new PortError('identity', 'invalid', 'there is nothing to mend');
        }
        if (!isOwned(there, call)) {
          throw new PortError('identity', 'foreign', 'the name is taken by what is not ours');
        }
        place.keep(slug, { ...there, identityProviders: aliasesOf(identityProviders) });
      }),
  };
}

export function aliasesOf(providers: IdentityShape['identityProviders']): string[] {
  return providers.map(({ alias }) => alias);
}

export function isOwned(entry: MemoryTenantIdentity | undefined, call: Call): boolean {
  return isMine(call.owner, entry?.owner);
}
