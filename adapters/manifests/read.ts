import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { CatalogRole } from '../../domain/decision.ts';
import type { CatalogDeclaration } from '../../domain/platform.ts';
import { NAME, PERMISSION } from '../../facts/core/formats.ts';

/** The manifests that come with the product. */
export const MANIFESTS_FOLDER = new URL('../../manifests/', import.meta.url);

const name = z.string().regex(NAME);
const permissions = z.array(z.string().regex(PERMISSION));
const limits = z.record(name, z.int().nonnegative());

const productsFile = z.strictObject({
  products: z.record(name, z.strictObject({ limits: z.array(name) })),
});
const plansFile = z.strictObject({ plans: z.record(name, z.record(name, limits)) });
const rolesFile = z.strictObject({
  tenantRoles: z.record(name, permissions),
  projectRoles: z.record(name, permissions),
});

/** Throws an error that names the file and the entry. */
export async function readManifests(folder = MANIFESTS_FOLDER): Promise<CatalogDeclaration> {
  const { products } = await readManifest(folder, 'products.yaml', productsFile);
  const { plans } = await readManifest(folder, 'plans.yaml', plansFile);
  const { tenantRoles, projectRoles } = await readManifest(folder, 'roles.yaml', rolesFile);
  checkPlans(plans, products);
  return {
    products: new Map(Object.entries(products)),
    roles: new Map([...rolesOf('tenant', tenantRoles), ...rolesOf('project', projectRoles)]),
    plans: new Map(
      Object.entries(plans).map(([plan, sold]) => {
        const entitlements = Object.entries(sold).map(([product, set]) => {
          return { product, limits: set };
        });
        return [plan, { entitlements }];
      }),
    ),
  };
}

async function readManifest<T>(folder: URL, file: string, shape: z.ZodType<T>): Promise<T> {
  const parsed = shape.safeParse(parse(await readFile(new URL(file, folder), 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`manifests/${file}: ${z.prettifyError(parsed.error)}`);
}

function rolesOf(
  scope: CatalogRole['scope'],
  roles: Readonly<Record<string, string[]>>,
): [string, CatalogRole][] {
  return Object.entries(roles).map(([role, granted]) => [role, { scope, permissions: granted }]);
}

/** A plan that sells what is not there would entitle to nothing, silently. */
function checkPlans(
  plans: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>,
  products: Readonly<Record<string, { readonly limits: readonly string[] }>>,
): void {
  for (const [plan, sold] of Object.entries(plans)) {
    for (const [product, set] of Object.entries(sold)) {
      const known = products[product]?.limits;
      const unknown = Object.keys(set).find((limit) => known?.includes(limit) !== true);
      if (known === undefined) {
        throw new Error(`manifests/plans.yaml: plan ${plan} sells ${product}, which is no product`);
      }
      if (unknown !== undefined) {
        const limit = `${product}.${unknown}`;
        throw new Error(`manifests/plans.yaml: plan ${plan} limits ${limit}, which is no limit`);
      }
    }
  }
}
