import { randomUUID } from 'node:crypto';
import { createMemoryIdentity } from '../../adapters/memory/identity.ts';
import { identityContract } from './identity.ts';

identityContract('memory', async () => {
  const { identity, mailCatcher, plant, find, bend } = createMemoryIdentity({
    issuerBase: 'http://identity.saas.test',
  });
  return {
    identity,
    mailCatcher,
    plant: async (slug, owner) => plant(slug, owner),
    look: async (slug) => {
      const entry = find(slug);
      return entry && { mark: entry.owner, identityProviders: entry.identityProviders };
    },
    snapshot: async (slug) => find(slug),
    isOpen: async (slug) => find(slug)?.suspended === undefined,
    switchOff: 'no switch because it is no server',
    ways: { 'identity providers': async (slug) => bend(slug, []) },
    signIn: 'nobody signs in because there is no server',
    tenantInToken: (tenant) => tenant,
    makeUser: async () => randomUUID(),
    groupsOf: async (slug, sub) => find(slug)?.members?.[sub]?.toSorted(),
    unknownUser: 'every user is known because it has none of its own',
    withWrongCredentials: 'no credentials because it is no server',
    unreachable: 'always there because it is no server',
    close: async () => undefined,
  };
});
