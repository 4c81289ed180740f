import { NOTHING_SOLD, type Sales, type Usage } from '../../domain/sales.ts';
import type { ListedRequest, SalesStore } from '../../ports/sales-store.ts';

export interface MemorySales extends SalesStore {
  /** By tenant: what commits have written. */
  readonly sold: Map<string, Pick<Sales, 'entitlements' | 'trial'>>;
  readonly requests: ListedRequest[];
}

/** For tests: lives and dies with the process. */
export function createMemorySales(): MemorySales {
  const sold: MemorySales['sold'] = new Map();
  const requests: ListedRequest[] = [];
  const usage = new Map<string, Usage>();
  return {
    sold,
    requests,
    readSales: async (tenant) => ({
      ...NOTHING_SOLD,
      ...sold.get(tenant),
      usage: [...usage.values()].filter((one) => one.tenant === tenant).toSorted(byLimit),
      requests: requests
        .filter((one) => one.tenant === tenant && one.state !== 'refused')
        .map(({ id, product, state, limits }) => ({ id, tenant, product, state, limits })),
    }),
    listRequests: async (tenant) => requests.filter((one) => one.tenant === tenant).toReversed(),
    addRequest: async (request) => {
      const { id, tenant, product } = request;
      const known = requests.find((one) => one.id === id);
      if (known !== undefined)
        return known.tenant === tenant && known.product === product ? 'added' : 'id-taken';
      const open = requests.filter(({ state }) => state === 'pending');
      if (open.some((one) => one.tenant === tenant && one.product === product)) return 'pending';
      requests.push({ ...request, state: 'pending', limits: {}, answeredAtMs: null });
      return 'added';
    },
    setUsage: async (reported) => {
      for (const one of reported)
        usage.set(JSON.stringify([one.tenant, one.product, one.limit]), one);
    },
  };
}

function byLimit(one: Usage, other: Usage): number {
  const [a, b] = [one, other].map(({ product, limit }) => `${product} ${limit}`);
  return (a ?? '') < (b ?? '') ? -1 : 1;
}
