import { z } from 'zod';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';
import { catalogName, limitValues } from './schema.ts';

const planSchema = z
  .object({
    name: catalogName('Its name.', 'team'),
    entitlements: z.array(
      z.object({
        product: catalogName('A product.', 'workspace'),
        limits: limitValues('How far; a limit that is not named is none.'),
      }),
    ),
  })
  .meta({ id: 'Plan' });

const productSchema = z
  .object({
    name: catalogName('Its name.', 'workspace'),
    limits: z.array(z.string()).meta({ description: 'What a plan may limit of it.' }),
  })
  .meta({ id: 'Product' });

type Tenants = Pick<ApiPorts, 'tenants'>;

export const listPlans = route({
  operationId: 'listPlans',
  method: 'get',
  path: '/v1/plans',
  tag: 'plans',
  summary: 'List the plans',
  description: 'Of the catalog, with the products that each entitles to.',
  access: 'operator',
  replies: {
    200: {
      description: 'All plans, by name.',
      body: z.object({ plans: z.array(planSchema) }).meta({ id: 'PlanList' }),
    },
  },
  problems: [],
})(async (_input, { tenants }: Tenants) => {
  const { plans } = await tenants.readCatalog();
  const named = [...plans].map(([name, { entitlements }]) => ({
    name,
    entitlements: entitlements.map(({ product, limits }) => ({ product, limits: { ...limits } })),
  }));
  return { status: 200, body: { plans: named } };
});

export const listProducts = route({
  operationId: 'listProducts',
  method: 'get',
  path: '/v1/products',
  tag: 'plans',
  summary: 'List the products',
  description: 'Of the catalog, with the limits that a plan may set.',
  access: 'operator',
  replies: {
    200: {
      description: 'All products, by name.',
      body: z.object({ products: z.array(productSchema) }).meta({ id: 'ProductList' }),
    },
  },
  problems: [],
})(async (_input, { tenants }: Tenants) => {
  const { products } = await tenants.readCatalog();
  const named = [...products].map(([name, { limits }]) => ({ name, limits: [...limits] }));
  return { status: 200, body: { products: named } };
});
