import { z } from 'zod';
import type { Sales, Usage } from '../../domain/sales.ts';
import { route } from '../http/route.ts';
import { uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { catalogName, limitValues } from './schema.ts';

const params = z.object({ tenant: uuid('The tenant.') });

const entitlementsSchema = z
  .object({
    entitlements: z.array(
      z.object({
        product: z.string(),
        plan: z.string(),
        limits: limitValues('How far; a limit that is not named is none.'),
        used: limitValues('As it was reported last; what nobody reported is not there.'),
      }),
    ),
  })
  .meta({ id: 'Entitlements' });

export const getEntitlements = route({
  operationId: 'getEntitlements',
  method: 'get',
  path: '/v1/tenants/{tenant}/entitlements',
  tag: 'plans',
  summary: 'Show what a tenant may use',
  description: 'By its plan and by what it was granted beside it, with what it uses.',
  access: 'operator',
  params,
  replies: { 200: { description: 'By product.', body: entitlementsSchema } },
  problems: [],
})(async ({ params: { tenant } }, { tenants, sales }: Pick<ApiPorts, 'tenants' | 'sales'>) => {
  if ((await tenants.findTenant(tenant)) === undefined) throw notFound();
  return { status: 200, body: formatEntitlements(await sales.readSales(tenant)) };
});

export const setUsage = route({
  operationId: 'setUsage',
  method: 'put',
  path: '/v1/tenants/{tenant}/usage',
  tag: 'plans',
  summary: 'Report what a tenant uses',
  description:
    'By whoever counts it, as a total. Each number replaces the one before; limits that are not named keep theirs. A plan below the use is refused.',
  access: 'operator',
  params,
  body: z
    .strictObject({
      usage: z
        .record(catalogName('Name of a product.', 'workspace'), limitValues('What is used.'))
        .meta({ description: 'By product and limit.', example: { workspace: { members: 12 } } }),
    })
    .meta({ id: 'SetUsage' }),
  replies: { 200: { description: 'What the tenant may use, and uses.', body: entitlementsSchema } },
  problems: ['product-unknown', 'store-unknown', 'store-full'],
})(async (
  { params: { tenant }, body },
  { tenants, sales, clock }: Pick<ApiPorts, 'tenants' | 'sales' | 'clock'>,
) => {
  if ((await tenants.findTenant(tenant)) === undefined) throw notFound();
  const usage = Object.entries(body.usage).flatMap(([product, limits]) =>
    Object.entries(limits).map(([limit, used]): Usage => ({ tenant, product, limit, used })),
  );
  const { products } = await tenants.readCatalog();
  const unknown = usage.find(
    ({ product, limit }) => products.get(product)?.limits.includes(limit) !== true,
  );
  if (unknown !== undefined) {
    const { product, limit } = unknown;
    throw new Problem('product-unknown', `There is no ${product}.${limit} in the catalog.`);
  }
  await sales.setUsage(usage, clock.nowMs());
  return { status: 200, body: formatEntitlements(await sales.readSales(tenant)) };
});

function formatEntitlements({ entitlements, usage }: Sales): z.input<typeof entitlementsSchema> {
  return {
    entitlements: entitlements.map(({ product, plan, limits }) => {
      const own = usage.filter((one) => one.product === product);
      const used = Object.fromEntries(own.map(({ limit, used: count }) => [limit, count]));
      return { product, plan, limits: { ...limits }, used };
    }),
  };
}
