import { toHex } from '../facts/core/bytes.ts';
import type { StateReading } from '../ports/state-store.ts';

/** An inner node has 641 bytes, compressed less; pages are far larger, and asked for less often. */
const MAX_FILE_BYTES = 1_024;
/** All inner nodes of a tree of a million tenants, twice. */
const MAX_FILES = 10_000;

/**
 * Keeps small nodes, the inner ones, at hand: they never change, and every path goes through them,
 * so that a view costs one page however many tenants there are.
 */
export function cachingInnerNodes(store: StateReading): StateReading {
  const files = new Map<string, Uint8Array>();
  return {
    findStateNode: async (hash) => {
      const name = toHex(hash);
      const kept = files.get(name);
      const file = kept ?? (await store.findStateNode(hash));
      if (file === undefined || file.length > MAX_FILE_BYTES) return file;
      // The one that was asked for last is the last to go.
      files.delete(name);
      files.set(name, file);
      const [oldest] = files.keys();
      if (files.size > MAX_FILES && oldest !== undefined) files.delete(oldest);
      return file;
    },
  };
}
