import { logNamespace, uuidV5 } from '../facts/crypto/ids.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { TenantReader } from '../ports/registry-store.ts';
import type { ListedRequest, SalesStore } from '../ports/sales-store.ts';

export interface RequestProductPorts {
  readonly tenants: Pick<TenantReader, 'findTenant' | 'readCatalog'>;
  readonly sales: Pick<SalesStore, 'addRequest' | 'listRequests'>;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logOrigin: string;
}

interface Asked {
  readonly tenant: string;
  readonly product: string;
  /** Opaque id of who asks. */
  readonly caller: string;
  readonly key: string | undefined;
}

export type Requested =
  | { readonly outcome: 'added'; readonly request: ListedRequest }
  | {
      readonly outcome:
        | 'tenant-not-found'
        | 'tenant-state'
        | 'product-unknown'
        | 'pending'
        | 'id-taken';
    };

/**
 * A customer asks for a product. It makes no fact, so it is a row and no saga; caller and
 * idempotency key make its id, so that the same request again is the same row.
 */
export async function requestProduct(ports: RequestProductPorts, asked: Asked): Promise<Requested> {
  const { tenants, sales, clock } = ports;
  const { tenant, product, caller: requestedBy } = asked;
  const found = await tenants.findTenant(tenant);
  if (found === undefined) return { outcome: 'tenant-not-found' };
  const id = idOf(ports, asked);
  const known = (await sales.listRequests(tenant)).find((request) => request.id === id);
  if (known === undefined) {
    if (found.state !== 'active' && found.state !== 'trial') return { outcome: 'tenant-state' };
    const { products } = await tenants.readCatalog();
    if (!products.has(product)) return { outcome: 'product-unknown' };
  }
  const requestedAtMs = clock.nowMs();
  const outcome = await sales.addRequest({ id, tenant, product, requestedBy, requestedAtMs });
  if (outcome !== 'added') return { outcome };
  const request = (await sales.listRequests(tenant)).find((one) => one.id === id);
  if (request === undefined) throw new Error(`product request ${id} is not there`);
  return { outcome, request };
}

function idOf({ ids, logOrigin }: RequestProductPorts, { caller, key }: Asked): string {
  if (key === undefined) return ids.uuid();
  return uuidV5(logNamespace(logOrigin), JSON.stringify(['requestProduct', caller, key]));
}
