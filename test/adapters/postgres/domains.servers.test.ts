import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_DOMAINS } from '../../../domain/custom-domain.ts';
import type { DomainState } from '../../../domain/custom-domain.ts';
import type { AcceptRequest, Operation } from '../../../ports/registry-store.ts';
import {
  accepted,
  changeRequest,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from './registry-database.ts';

const NOW = 10_000;
const AT_ONCE = 20;

let registry: RegistryDatabase;
beforeAll(async () => {
  registry = await registryDatabase();
});
afterAll(() => registry.close());

const admin = (text: string, values: unknown[] = []) => registry.admin.query(text, values);
const aName = () => `shop.${randomUUID()}.example`;

/** An active tenant that nobody works on. */
async function aTenant(): Promise<string> {
  const { tenant } = await accepted(registry.api.operations, provisionRequest());
  await admin(`update tenants set state = 'active' where id = $1`, [tenant]);
  await admin('update operations set holds_lock = false where tenant = $1', [tenant]);
  return tenant;
}

function claimRequest(tenant: string, name: string, nowMs = NOW): AcceptRequest {
  return {
    operation: { id: randomUUID(), kind: 'addDomain', tenant, actor: 'operator', input: {} },
    newDomain: { name },
    secrets: new Map(),
    nowMs,
  };
}

const claimed = async (name: string, tenant?: string): Promise<Operation> =>
  accepted(registry.api.operations, claimRequest(tenant ?? (await aTenant()), name));

const claims = (name: string, count = AT_ONCE) =>
  Promise.all(Array.from({ length: count }, () => claimed(name)));

const set = (id: string, state: DomainState) =>
  admin('update domains set state = $2 where id = $1', [id, state]);

async function owned(name: string): Promise<Operation> {
  const claim = await claimed(name);
  await set(claim.id, 'active');
  return claim;
}

async function statesOf(name: string): Promise<string[]> {
  const { rows } = await admin('select state from domains where name = $1 order by state', [name]);
  return rows.map(({ state }) => String(state));
}

const take = (claim: Operation, from?: Operation) =>
  registry.worker.domains.takeDomain(claim, from, NOW);
const took = async (all: readonly Promise<boolean>[]) =>
  (await Promise.all(all)).filter((taken) => taken).length;

describe('a name', () => {
  test('of tenants that prove it at once exactly one has it', async () => {
    const name = aName();
    const asked = await claims(name);
    expect(await took(asked.map((claim) => take(claim)))).toBe(1);
    expect(await statesOf(name)).toEqual([...Array<string>(AT_ONCE - 1).fill('claimed'), 'proven']);
  });

  test('without its index several have it, so the index is what keeps it', async () => {
    const unguarded = await registryDatabase();
    const guarded = registry;
    registry = unguarded;
    try {
      await admin('drop index domains_owned_name');
      const asked = await claims(aName(), 2);
      expect(await took(asked.map((claim) => take(claim)))).toBe(2);
    } finally {
      registry = guarded;
      await unguarded.close();
    }
  });

  test('changes hands once, of all that prove it against one owner at once', async () => {
    const name = aName();
    const owner = await owned(name);
    const asked = await claims(name);
    expect(await took(asked.map((claim) => take(claim, owner)))).toBe(1);
    const next = await registry.worker.domains.findDomainOwner(name);
    expect(next).toMatchObject({ state: 'proven', provenAtMs: NOW });
    expect(await registry.worker.domains.findDomain(owner.tenant, owner.id)).toMatchObject({
      ...{ state: 'lost', lostTo: next?.id, endedAtMs: NOW },
    });
    expect(await registry.worker.domains.listLostTo(next?.id ?? '')).toMatchObject([
      { tenant: owner.tenant, name },
    ]);
    const { rows } = await admin('select tenant, action from audit where target = $1', [
      `domain:${owner.id}`,
    ]);
    expect(rows).toEqual([{ tenant: owner.tenant, action: 'domain.lost' }]);
  });

  test('is taken once, however often the answer is lost', async () => {
    const name = aName();
    const [owner, claim] = [await owned(name), await claimed(name)];
    expect([await take(claim, owner), await take(claim, owner)]).toEqual([true, true]);
    expect(await statesOf(name)).toEqual(['lost', 'proven']);
  });

  test('is not taken by a claim that ended: its owner keeps it, whole', async () => {
    const name = aName();
    const [owner, claim] = [await owned(name), await claimed(name)];
    await set(claim.id, 'removed');
    expect(await take(claim, owner)).toBe(false);
    const { domains } = registry.worker;
    const kept = { state: 'active', lostTo: null };
    expect(await domains.findDomain(owner.tenant, owner.id)).toMatchObject(kept);
    const { rows } = await admin('select from audit where target = $1', [`domain:${owner.id}`]);
    expect(rows).toEqual([]);
  });

  test.each(['proven', 'removing'] as const)('on its way (%s) is not taken', async (state) => {
    const name = aName();
    const [owner, claim] = [await owned(name), await claimed(name)];
    await set(owner.id, state);
    expect([await take(claim, owner), await take(claim)]).toEqual([false, false]);
    expect(await statesOf(name)).toEqual(['claimed', state].toSorted());
  });

  test('is not taken while an operation works on its owner', async () => {
    const name = aName();
    const [owner, claim] = [await owned(name), await claimed(name)];
    const other = await accepted(registry.api.operations, changeRequest(owner.tenant));
    expect(await take(claim, owner)).toBe(false);
    await registry.worker.operations.releaseLock(other.id);
    expect(await take(claim, owner)).toBe(true);
  });

  test('is free for others when its claim expired, was removed or was lost', async () => {
    const name = aName();
    for (const state of ['removed', 'lost', 'expired'] as const)
      await set((await claimed(name)).id, state);
    expect(await registry.worker.domains.findDomainOwner(name)).toBeUndefined();
    expect(await take(await claimed(name))).toBe(true);
  });
});

describe('claiming', () => {
  test('a tenant has a name once; others claim it too', async () => {
    const [tenant, name] = [await aTenant(), aName()];
    const claim = await claimed(name, tenant);
    const again = () => registry.api.operations.accept(claimRequest(tenant, name));
    for (const state of ['claimed', 'proven', 'active', 'removing'] as const) {
      await set(claim.id, state);
      expect(await again()).toEqual({ outcome: 'domain-exists' });
    }
    await claimed(name);
    await set(claim.id, 'lost');
    expect(await again()).toMatchObject({ outcome: 'accepted' });
  });

  test('the same request again is the same claim; a refused one leaves no operation', async () => {
    const [tenant, name] = [await aTenant(), aName()];
    const request = claimRequest(tenant, name);
    await accepted(registry.api.operations, request);
    expect(await registry.api.operations.accept(request)).toMatchObject({
      ...{ outcome: 'replayed', operation: { id: request.operation.id } },
    });
    const refused = claimRequest(tenant, name);
    await registry.api.operations.accept(refused);
    expect(await registry.api.operations.findOperation(refused.operation.id)).toBeUndefined();
  });

  test('a tenant has as many as it may have, also when it asks for many at once', async () => {
    const tenant = await aTenant();
    await admin(
      `insert into domains (tenant, id, name, state, claimed_at)
       select $1, gen_random_uuid(), n || '.example', 'active', now()
       from generate_series(1, $2::int) as n`,
      [tenant, MAX_DOMAINS - 2],
    );
    const asked = await Promise.all(
      Array.from({ length: 6 }, () =>
        registry.api.operations.accept(claimRequest(tenant, aName())),
      ),
    );
    expect(asked.map(({ outcome }) => outcome).toSorted()).toEqual([
      ...['accepted', 'accepted', ...Array<string>(4).fill('domain-limit')],
    ]);
  });

  test('expires as long as it is not active', async () => {
    const { domains } = registry.worker;
    for (const [state, after] of [
      ['claimed', 'expired'],
      ['proven', 'expired'],
      ['active', 'active'],
      ['removed', 'removed'],
    ] as const) {
      const { tenant, id } = await claimed(aName());
      await set(id, state);
      await domains.expireDomain(tenant, id, NOW);
      await domains.expireDomain(tenant, id, NOW);
      expect((await domains.findDomain(tenant, id))?.state).toBe(after);
    }
  });
});

describe('who sees what', () => {
  test('a tenant’s claims are its own: the worker sees whose a name is, and no mere claim', async () => {
    const name = aName();
    const [claim, tenant] = [await claimed(name), await aTenant()];
    const { domains } = registry.worker;
    expect(await domains.findDomain(tenant, claim.id)).toBeUndefined();
    expect(await domains.findDomainOwner(name)).toBeUndefined();
    await set(claim.id, 'active');
    expect(await domains.findDomainOwner(name)).toMatchObject({ tenant: claim.tenant });
    // What the worker sees across tenants is in no tenant's list.
    expect(await domains.listDomains({ tenant, limit: 10 })).toEqual([]);
    expect(await domains.listDomainsIn(tenant, ['active'])).toEqual([]);
    expect(await registry.api.domains.findDomainOwner(name)).toBeUndefined();
  });

  test('the API decides nothing about a claim', async () => {
    const { tenant, id } = await claimed(aName());
    await expect(registry.api.domains.expireDomain(tenant, id, NOW)).rejects.toThrow(
      /permission denied/,
    );
  });

  test('lists are newest first, in pages that hold every row once', async () => {
    const tenant = await aTenant();
    const ids: string[] = [];
    for (const nowMs of [3_000, 4_000, 4_000, 5_000])
      ids.unshift(
        (await accepted(registry.api.operations, claimRequest(tenant, aName(), nowMs))).id,
      );
    const { domains } = registry.api;
    const all = await domains.listDomains({ tenant, limit: 10 });
    expect(all.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect([all[0]?.id, all[3]?.id]).toEqual([ids[0], ids[3]]);
    const seen = [];
    for (let page = all.slice(0, 1); page[0] !== undefined;) {
      const [after] = page;
      seen.push(after.id);
      page = [...(await domains.listDomains({ tenant, after, limit: 1 }))];
    }
    expect(seen).toEqual(all.map(({ id }) => id));
  });
});
