import { describe, expect, test } from '@jest/globals';
import type { CheckpointStore } from '../../ports/checkpoint-store.ts';

/** `open` gives another handle on one store, as a second process would have it. */
export function checkpointStoreContract(
  name: string,
  make: () => { open(): CheckpointStore; close(): void },
): void {
  describe(`checkpoint store contract: ${name}`, () => {
    const within = async (work: (open: () => CheckpointStore) => Promise<void>) => {
      const store = make();
      try {
        await work(() => store.open());
      } finally {
        store.close();
      }
    };

    test('has nothing before the first', () =>
      within(async (open) => {
        expect(await open().newest()).toEqual({ version: 0, note: undefined });
      }));

    test('gives back the last one that was kept, to everyone', () =>
      within(async (open) => {
        const store = open();
        expect(await store.keep(0, 'first\n')).toBe(true);
        expect(await store.keep(1, 'second\n')).toBe(true);
        expect(await open().newest()).toEqual({ version: 2, note: 'second\n' });
      }));

    test('refuses one that does not follow the last, and keeps that', () =>
      within(async (open) => {
        const store = open();
        await store.keep(0, 'first\n');
        expect(await open().keep(0, 'fork\n')).toBe(false);
        expect(await open().keep(2, 'gap\n')).toBe(false);
        expect(await store.newest()).toEqual({ version: 1, note: 'first\n' });
      }));

    test('keeps one of many that come at once', () =>
      within(async (open) => {
        const kept = await Promise.all(
          Array.from({ length: 20 }, (_none, at) => open().keep(0, `${at}\n`)),
        );
        expect(kept.filter(Boolean)).toHaveLength(1);
        expect((await open().newest()).note).toBe(`${kept.indexOf(true)}\n`);
      }));
  });
}
