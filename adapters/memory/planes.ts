import type { Coverage, KnownPlane, PlacedAt, Plane } from '../../ports/plane-store.ts';
import type { PlaneReceipt, PlaneStore } from '../../ports/plane-store.ts';

type Row = { readonly plane: Plane; receipts: PlaneReceipt[] };

/** For tests: lives and dies with the process. */
export function createMemoryPlaneStore(): PlaneStore {
  const rows = new Map<string, Row>();
  const known = ({ plane, receipts }: Row): KnownPlane => ({ ...plane, newest: receipts.at(-1) });
  const sorted = (): Row[] =>
    [...rows.values()].toSorted((a, b) => (a.plane.name < b.plane.name ? -1 : 1));
  return {
    addPlane: async (plane) => {
      const before = rows.get(plane.name);
      if (before === undefined) rows.set(plane.name, { plane, receipts: [] });
      return before === undefined || before.plane.key === plane.key;
    },
    listPlanes: async () => sorted().map(known),
    removePlane: async (name) => rows.delete(name),
    takeReceipt: async (name, open, keptFromMs) => {
      const row = rows.get(name);
      if (row === undefined) return false;
      const receipt = open(row.plane, row.receipts.at(-1));
      row.receipts = [...row.receipts.filter(({ atMs }) => atMs >= keptFromMs), receipt];
      return true;
    },
    coverageOf: async (fact) =>
      sorted().map((row): Coverage => {
        const behind = row.receipts.findLastIndex((receipt) => !covers(receipt, fact));
        const first = row.receipts[behind + 1];
        return { ...known(row), firstAtMs: first?.atMs };
      }),
  };
}

/** A later epoch holds all that is left of the earlier ones. */
function covers({ epoch, size, shards }: PlaneReceipt, fact: PlacedAt): boolean {
  return epoch >= fact.epoch && size > fact.index && shards.includes(fact.shard);
}
