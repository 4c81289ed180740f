import { createHash } from 'node:crypto';
import { PortError } from '../../ports/call.ts';
import type { Call } from '../../ports/call.ts';
import type { IdentityProvider, Person } from '../../ports/identity-provider.ts';
import { aliasesOf, isOwned } from './identity-drift.ts';
import type { MemoryTenantIdentity } from './identity.ts';

interface Place {
  issuerOf(slug: string): string;
  /** Whosever it is. */
  find(slug: string): MemoryTenantIdentity | undefined;
  keep(slug: string, entry: MemoryTenantIdentity): void;
  deliver(recipient: string, link: string): void;
  send<T>(method: string, signal: AbortSignal, effect: () => T): Promise<T>;
}

/** Nobody's address is known: each `sub` has a stand-in, always the same, and is somebody. */
export function memoryPeople(
  place: Place,
): Pick<IdentityProvider, 'listPeople' | 'receive' | 'welcome'> {
  const assureMine = (slug: string, call: Call): void => {
    if (isOwned(place.find(slug), call)) return;
    throw new PortError('identity', 'invalid', 'the tenant of the people is not there');
  };
  return {
    listPeople: ({ slug, subs }, call) =>
      place.send('listPeople', call.signal, () => {
        assureMine(slug, call);
        return subs.map((sub): Person => ({ sub, email: addressOf(sub), emailVerified: true }));
      }),
    receive: ({ slug, identityProviders, people }, call) =>
      place.send('receive', call.signal, () => {
        const there = place.find(slug);
        if (there !== undefined && !isOwned(there, call))
          throw new PortError('identity', 'foreign', 'the name is taken by what is not ours');
        const issuer = place.issuerOf(slug);
        const subs = people.map(({ sub, email }) => [sub, subOf(issuer, email)]);
        const made = {
          owner: call.owner,
          adminSub: '',
          identityProviders: aliasesOf(identityProviders),
        };
        place.keep(slug, there ?? { ...made, members: {} });
        return { issuer, subs: Object.fromEntries(subs) };
      }),
    welcome: ({ slug, sub, origin }, call) =>
      place.send('welcome', call.signal, () => {
        assureMine(slug, call);
        place.deliver(addressOf(sub), `${origin}/welcome?of=${sub}`);
      }),
  };
}

const addressOf = (sub: string): string => `${sub}@people.invalid`;

/** The same address at the same provider is the same person. */
const subOf = (issuer: string, email: string): string =>
  createHash('sha256').update(`${issuer} ${email}`).digest('hex');
