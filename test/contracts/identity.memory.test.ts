import { randomUUID } from 'node:crypto';
import { createMemoryIdentity } from '../../adapters/memory/identity.ts';
import { identityContract } from './identity.ts';
import type { IdentitySubject } from './identity.ts';

function subjectOf(mode: 'silo' | 'pool'): IdentitySubject {
  const memory = createMemoryIdentity({ issuerBase: 'http://identity.saas.test' });
  const { mailCatcher } = memory;
  const [identity, find] =
    mode === 'silo' ? [memory.identity, memory.find] : [memory.pool, memory.findInPool];
  return {
    identity,
    mailCatcher,
    plant: async (slug, owner) => memory.plant(slug, owner, mode),
    look: async (slug) => {
      const entry = find(slug);
      return entry && { mark: entry.owner, identityProviders: entry.identityProviders };
    },
    snapshot: async (slug) => find(slug),
    isOpen: async (slug) => find(slug)?.suspended === undefined,
    switchOff: 'no switch because it is no server',
    ways: { 'identity providers': async (slug) => memory.bend(slug, [], mode) },
    signIn: 'nobody signs in because there is no server',
    tenantInToken: (tenant) => tenant,
    makeUser: async () => randomUUID(),
    groupsOf: async (slug, sub) => find(slug)?.members?.[sub]?.toSorted(),
    unknownUser: 'every user is known because it has none of its own',
    withWrongCredentials: 'no credentials because it is no server',
    unreachable: 'always there because it is no server',
    close: async () => undefined,
  };
}

for (const mode of ['silo', 'pool'] as const)
  identityContract(`memory, ${mode}`, async () => subjectOf(mode));
