import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { NOTHING_SOLD } from '../../domain/sales.ts';
import type { SalesStore } from '../../ports/sales-store.ts';

const AT = 1_795_000_000_000;

export interface SalesSubject {
  readonly store: SalesStore;
  /** Two tenants of which nothing is known. */
  readonly tenants: readonly [string, string];
}

/** Every adapter of the port runs this. */
export function salesStoreContract(name: string, make: () => Promise<SalesSubject>): void {
  describe(`sales store contract: ${name}`, () => {
    let store: SalesStore;
    let ours: string;
    let theirs: string;
    beforeEach(async () => {
      const subject = await make();
      ({ store } = subject);
      [ours, theirs] = subject.tenants;
    });
    const ask = (id: string, product = 'api', tenant = ours) =>
      store.addRequest({ id, tenant, product, requestedBy: 'customer', requestedAtMs: AT });

    test('of a tenant without sales nothing is known', async () => {
      expect(await store.readSales(ours)).toEqual(NOTHING_SOLD);
      expect(await store.listRequests(ours)).toEqual([]);
    });

    test('a report replaces what was known of its limits, and nothing else', async () => {
      const usage = (limit: string, used: number, tenant = ours) => ({
        ...{ tenant, product: 'workspace', limit, used },
      });
      await store.setUsage([usage('projects', 3), usage('members', 5)], AT);
      await store.setUsage([usage('members', Number.MAX_SAFE_INTEGER)], AT + 1);
      await store.setUsage([usage('members', 1, theirs)], AT + 1);
      await store.setUsage([], AT + 2);
      expect((await store.readSales(ours)).usage).toEqual([
        usage('members', Number.MAX_SAFE_INTEGER),
        usage('projects', 3),
      ]);
    });

    test('a request is pending, and seen by its tenant alone', async () => {
      const id = randomUUID();
      expect(await ask(id)).toBe('added');
      const pending = { id, tenant: ours, product: 'api', state: 'pending', limits: {} };
      expect((await store.readSales(ours)).requests).toEqual([pending]);
      expect(await store.listRequests(ours)).toEqual([
        { ...pending, requestedBy: 'customer', requestedAtMs: AT, answeredAtMs: null },
      ]);
      expect([await store.listRequests(theirs), (await store.readSales(theirs)).requests]).toEqual([
        [],
        [],
      ]);
    });

    test('the same request again is one; its id is not for another product, or tenant', async () => {
      const id = randomUUID();
      expect([await ask(id), await ask(id)]).toEqual(['added', 'added']);
      expect(await ask(id, 'workspace')).toBe('id-taken');
      expect(await ask(id, 'api', theirs)).toBe('id-taken');
      expect((await store.listRequests(ours)).length).toBe(1);
    });

    test('one request for a product is pending at a time, also when many come at once', async () => {
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => ask(randomUUID())));
      expect(outcomes.toSorted()).toEqual(['added', ...Array<string>(5).fill('pending')]);
      expect(await ask(randomUUID(), 'workspace')).toBe('added');
      expect(await ask(randomUUID(), 'api', theirs)).toBe('added');
    });
  });
}
