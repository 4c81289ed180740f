import { z } from 'zod';
import { requestProduct as request } from '../../registry/request-product.ts';
import { route } from '../http/route.ts';
import { idempotencyKey, uuid } from '../http/schemas.ts';
import { catalogName } from '../plans/schema.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { formatProductRequest, productRequestSchema } from './schema.ts';

const params = z.object({ tenant: uuid('The tenant.') });

export const requestProduct = route({
  operationId: 'requestProduct',
  method: 'post',
  path: '/v1/tenants/{tenant}/product-requests',
  tag: 'product-requests',
  summary: 'Ask for a product',
  description:
    'That the tenant’s plan does not sell, or not as far. It is pending until an operator decides; one at a time for each product.',
  access: 'operator',
  counted: true,
  params,
  headers: z.object({ 'Idempotency-Key': idempotencyKey }),
  body: z
    .strictObject({ product: catalogName('A product of the catalog.', 'api') })
    .meta({ id: 'RequestProduct' }),
  replies: { 201: { description: 'The request.', body: productRequestSchema } },
  problems: [
    'tenant-state',
    'product-unknown',
    'request-pending',
    'idempotency-key-reused',
    'store-unknown',
    'store-full',
  ],
})(async ({ params: { tenant }, headers, body: { product }, caller }, ports: ApiPorts) => {
  const key = headers['Idempotency-Key'];
  const asked = { ...ports, ids: ports.accept.ids };
  const result = await request(asked, { tenant, product, caller: caller.id, key });
  switch (result.outcome) {
    case 'tenant-not-found':
      throw notFound();
    case 'tenant-state':
      throw new Problem('tenant-state', 'Its state does not allow a request.');
    case 'product-unknown':
      throw new Problem('product-unknown', `There is no product ${product} in the catalog.`);
    case 'pending':
      throw new Problem('request-pending', 'A request for this product is pending.');
    case 'id-taken':
      throw new Problem('idempotency-key-reused', 'It was used with another request before.');
    case 'added':
      return { status: 201, body: formatProductRequest(result.request) };
  }
});

export const listProductRequests = route({
  operationId: 'listProductRequests',
  method: 'get',
  path: '/v1/tenants/{tenant}/product-requests',
  tag: 'product-requests',
  summary: 'List the product requests of a tenant',
  description: 'Newest first, with those that were decided.',
  access: 'operator',
  params,
  replies: {
    200: {
      description: 'All of them.',
      body: z
        .object({ productRequests: z.array(productRequestSchema) })
        .meta({ id: 'ProductRequestList' }),
    },
  },
  problems: [],
})(async ({ params: { tenant } }, { tenants, sales }: Pick<ApiPorts, 'tenants' | 'sales'>) => {
  if ((await tenants.findTenant(tenant)) === undefined) throw notFound();
  const requests = await sales.listRequests(tenant);
  return { status: 200, body: { productRequests: requests.map(formatProductRequest) } };
});
