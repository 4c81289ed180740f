import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Plane, PlaneReceipt, PlaneStore } from '../../ports/plane-store.ts';

const AT = 1_795_000_000_000;
const plane = (name: string, key = `key of ${name}`): Plane => ({ name, key, addedAtMs: AT });
const receipt = (overrides: Partial<PlaneReceipt> = {}): PlaneReceipt => ({
  atMs: AT,
  epoch: 1,
  size: 8,
  shards: [0, 5, 255],
  ...overrides,
});

/** Every adapter of the port runs this; `make` gives an empty store. */
export function planeStoreContract(name: string, make: () => Promise<PlaneStore>): void {
  describe(`plane store contract: ${name}`, () => {
    let store: PlaneStore;
    const take = (of: string, one: PlaneReceipt, keptFromMs = 0): Promise<boolean> =>
      store.takeReceipt(of, () => one, keptFromMs);
    const firsts = async (index: number, shard: number, epoch = 1) => {
      const coverage = await store.coverageOf({ epoch, index, shard });
      return coverage.map(({ name: of, firstAtMs }) => [of, firstAtMs]);
    };
    beforeEach(async () => {
      store = await make();
      await store.addPlane(plane('eu'));
      await store.addPlane(plane('asia'));
    });

    test('planes are listed by name, each with its newest receipt', async () => {
      await take('eu', receipt());
      await take('eu', receipt({ atMs: AT + 1, size: 9 }));
      expect(await store.listPlanes()).toEqual([
        { ...plane('asia'), newest: undefined },
        { ...plane('eu'), newest: receipt({ atMs: AT + 1, size: 9 }) },
      ]);
    });

    test('the same plane again is harmless, and its name is not for another key', async () => {
      await take('eu', receipt());
      expect(await store.addPlane({ ...plane('eu'), addedAtMs: AT + 9 })).toBe(true);
      expect(await store.addPlane(plane('eu', 'another'))).toBe(false);
      const [, known] = await store.listPlanes();
      expect(known).toEqual({ ...plane('eu'), newest: receipt() });
    });

    test('a removed plane is gone with its receipts, and its name is free', async () => {
      await take('eu', receipt());
      expect([await store.removePlane('eu'), await store.removePlane('eu')]).toEqual([true, false]);
      expect(await take('eu', receipt())).toBe(false);
      expect(await store.addPlane(plane('eu', 'another'))).toBe(true);
      expect((await store.listPlanes())[1]?.newest).toBeUndefined();
    });

    test('a receipt is judged against the newest, and what judges it may refuse', async () => {
      await take('eu', receipt());
      const refuse = (): never => {
        throw new TypeError('refused');
      };
      await expect(store.takeReceipt('eu', refuse, 0)).rejects.toThrow('refused');
      let judged: unknown;
      await store.takeReceipt(
        'eu',
        (of, newest) => {
          judged = [of, newest];
          return receipt({ atMs: AT + 1 });
        },
        0,
      );
      expect(judged).toEqual([plane('eu'), receipt()]);
    });

    test('receipts of one plane that come at once are judged one after the other', async () => {
      const seen: (number | undefined)[] = [];
      const next = () =>
        store.takeReceipt(
          'eu',
          (_, newest) => {
            seen.push(newest?.size);
            const size = (newest?.size ?? 0) + 1;
            return receipt({ atMs: AT + size, size });
          },
          0,
        );
      await Promise.all(Array.from({ length: 6 }, next));
      expect(seen.toSorted((a = 0, b = 0) => a - b)).toEqual([1, 2, 3, 4, 5, undefined]);
    });

    test('a fact is covered by the first receipt of its shard that is larger', async () => {
      await take('eu', receipt({ size: 7 }));
      await take('eu', receipt({ atMs: AT + 1, size: 8 }));
      await take('eu', receipt({ atMs: AT + 2, size: 9 }));
      const none = ['asia', undefined];
      for (const shard of [0, 5, 255]) {
        expect(await firsts(7, shard)).toEqual([none, ['eu', AT + 1]]);
      }
      for (const shard of [1, 4, 6, 7, 8, 248, 254]) {
        expect(await firsts(7, shard)).toEqual([none, ['eu', undefined]]);
      }
      expect(await firsts(9, 5)).toEqual([none, ['eu', undefined]]);
    });

    test('what a plane had applied and was restored from is not covered any more', async () => {
      await take('eu', receipt({ size: 9 }));
      await take('eu', receipt({ atMs: AT + 1, size: 7 }));
      expect(await firsts(7, 5)).toContainEqual(['eu', undefined]);
      expect(await firsts(6, 5)).toContainEqual(['eu', AT]);
      await take('eu', receipt({ atMs: AT + 2, size: 8 }));
      await take('eu', receipt({ atMs: AT + 3, size: 9 }));
      expect(await firsts(7, 5)).toContainEqual(['eu', AT + 2]);
      await take('eu', receipt({ atMs: AT + 4, size: 9, shards: [0] }));
      expect(await firsts(7, 5)).toContainEqual(['eu', undefined]);
    });

    test('a later epoch covers what is left of an earlier one, and never the other way', async () => {
      await take('eu', receipt({ epoch: 2, size: 8 }));
      expect(await firsts(3, 5, 1)).toContainEqual(['eu', AT]);
      expect(await firsts(3, 5, 2)).toContainEqual(['eu', AT]);
      expect(await firsts(3, 5, 3)).toContainEqual(['eu', undefined]);
    });

    test('old receipts are forgotten, and the newest never', async () => {
      await take('eu', receipt({ size: 7 }));
      await take('asia', receipt({ size: 7 }));
      await take('eu', receipt({ atMs: AT + 10, size: 9 }), AT + 5);
      expect(await firsts(3, 5)).toEqual([
        ['asia', AT],
        ['eu', AT + 10],
      ]);
    });
  });
}
