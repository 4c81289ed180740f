import { expect, test } from '@jest/globals';
import { createMemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import { challengeNameOf } from '../../domain/custom-domain.ts';
import type { CustomDomain, DomainState } from '../../domain/custom-domain.ts';
import type { TenantState } from '../../domain/tenant.ts';
import type { DomainRef } from '../../ports/domain-store.ts';
import { proveDomain } from '../../registry/prove-domain.ts';
import { tenantOf } from '../domain/views.ts';
import { createMemoryDomains } from '../support/api/memory-domains.ts';

const NAME = 'shop.example';
const [OURS, THEIRS] = ['ours', 'theirs'].map((tenant) => ({ tenant, id: `of-${tenant}` }));

const rowOf = (ref: DomainRef, state: DomainState): CustomDomain => ({
  ...{ ...ref, name: NAME, state, claimedAtMs: 0, provenAtMs: null, endedAtMs: null, lostTo: null },
});

interface Scene {
  readonly claim?: DomainState;
  readonly owner?: DomainState;
  /** Whose records the zone shows. */
  readonly shows?: readonly (DomainRef | undefined)[];
  readonly tenant?: TenantState;
  readonly away?: true;
}

/** One look, and from whom the name was taken by it; undefined: it was not taken. */
async function look({ claim = 'claimed', owner, shows = [], tenant = 'active', away }: Scene) {
  const [ours, theirs] = [OURS!, THEIRS!];
  const textOf = (of: string, id: string) => `${of}/${id}`;
  const domainProof = createMemoryDomainProof(
    away === undefined ? {} : { faults: () => ({ kind: 'lost' }) },
  );
  domainProof.plant(
    challengeNameOf(NAME),
    shows.map((ref) => textOf(ref?.tenant ?? '', ref?.id ?? '')),
  );
  const took: (DomainRef | undefined)[] = [];
  const owned = owner === undefined ? undefined : rowOf(theirs, owner);
  const rows = new Map([[ours.id, rowOf(ours, claim)]]);
  const domains: Parameters<typeof proveDomain>[0]['domains'] = {
    ...createMemoryDomains(rows),
    findDomainOwner: async () => owned,
    takeDomain: async (_claim, from) => {
      took.push(from);
      return true;
    },
  };
  const tenants = { findTenant: async () => tenantOf({ state: tenant }) };
  const ports = { domains, domainProof, challenges: { textOf }, tenants };
  const proven = await proveDomain(ports, ours, 0, new AbortController().signal);
  return { proven, took };
}

test('a claim whose record is there has the name, when nobody has it', async () => {
  expect(await look({ shows: [OURS] })).toEqual({ proven: true, took: [undefined] });
});

test('it has it from an owner whose record is gone', async () => {
  expect(await look({ shows: [OURS], owner: 'active' })).toMatchObject({
    ...{ proven: true, took: [THEIRS] },
  });
});

test.each<[string, Scene]>([
  ['no record', {}],
  ['the record of another', { shows: [THEIRS] }],
  ['the record of another claim of the tenant', { shows: [{ tenant: 'ours', id: 'before' }] }],
  ['the owner’s record beside it', { shows: [OURS, THEIRS], owner: 'active' }],
  ['an owner on its way in', { shows: [OURS], owner: 'proven' }],
  ['an owner on its way out', { shows: [OURS], owner: 'removing' }],
  ['no record, nor the owner’s', { owner: 'active' }],
  ['a tenant that is frozen', { shows: [OURS], tenant: 'frozen' }],
])('takes nothing from anybody: %s', async (_what, scene) => {
  expect(await look(scene)).toEqual({ proven: false, took: [] });
});

test('what was taken before is not taken again: the answer was lost', async () => {
  expect(await look({ claim: 'proven', owner: 'active' })).toEqual({ proven: true, took: [] });
});

test.each(['removed', 'expired', 'lost', 'active'] as const)(
  'a claim that is %s is looked for no more',
  async (claim) => {
    await expect(look({ claim, shows: [OURS] })).rejects.toMatchObject({ code: 'domain-state' });
  },
);

test('while we cannot look nothing is decided', async () => {
  await expect(look({ shows: [OURS], away: true })).rejects.toMatchObject({
    ...{ port: 'domain-proof', permanent: false },
  });
});
