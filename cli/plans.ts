import type { Command } from 'commander';
import type { Context } from './context.ts';
import { formatTable } from './format.ts';
import { addProductRequestCommands } from './product-requests.ts';
import { formatLimits, parseTotal } from './limits.ts';
import type { Limits } from './limits.ts';
import { addRequestOptions, requestTenant } from './tenant-request.ts';
import type { TenantRequestOptions } from './tenant-request.ts';
import { fetchTenant } from './tenant-text.ts';

export function addPlanCommands(program: Command, context: () => Context): void {
  const plans = program.command('plans').description('the catalog, and what a tenant was sold');
  plans
    .command('list')
    .description('list the plans of the catalog')
    .action(() => list(context()));
  plans
    .command('show <tenant>')
    .description('show what a tenant may use, and uses')
    .action((tenant: string) => show(tenant, context()));
  const changing = plans
    .command('change <tenant> <plan>')
    .description('change the plan, up or down; refused below what is used')
    .addHelpText('after', '\nExample:\n  $ tenure plans change acme enterprise\n')
    .action((tenant: string, plan: string, options: TenantRequestOptions) =>
      change(tenant, plan, options, context()),
    );
  addRequestOptions(changing);
  plans
    .command('report <tenant> <product.limit=used...>')
    .description('report what a tenant uses, as totals')
    .addHelpText('after', '\nExample:\n  $ tenure plans report acme workspace.members=12\n')
    .action((tenant: string, totals: string[]) => report(tenant, totals, context()));
  addProductRequestCommands(plans, context);
}

interface Entitlement {
  readonly product: string;
  readonly limits: Limits;
}

async function list(context: Context): Promise<void> {
  const page = await context
    .client()
    .get<{ plans: { name: string; entitlements: Entitlement[] }[] }>('/v1/plans');
  const rows = page.plans.map(({ name, entitlements }) => [
    name,
    entitlements.map(textOf).join('; '),
  ]);
  context.print(page, () => formatTable(['PLAN', 'SELLS'], rows));
}

const textOf = ({ product, limits }: Entitlement): string => `${product} ${formatLimits(limits)}`;

type Shown = { entitlements: (Entitlement & { plan: string; used: Limits })[] };

async function show(tenant: string, context: Context): Promise<void> {
  const client = context.client();
  const { id } = await fetchTenant(tenant, client);
  print(await client.get<Shown>(`/v1/tenants/${id}/entitlements`), context);
}

function print(shown: Shown, context: Context): void {
  const rows = shown.entitlements.map(({ product, plan, limits, used }) => [
    ...[product, plan, formatLimits(limits), formatLimits(used)],
  ]);
  context.print(shown, () => formatTable(['PRODUCT', 'PLAN', 'LIMITS', 'USED'], rows));
}

async function change(
  tenant: string,
  plan: string,
  options: TenantRequestOptions,
  context: Context,
): Promise<void> {
  const { id } = await fetchTenant(tenant, context.client());
  await requestTenant(`/v1/tenants/${id}/plan`, { plan }, options, context);
}

async function report(tenant: string, totals: string[], context: Context): Promise<void> {
  const client = context.client();
  const { id } = await fetchTenant(tenant, client);
  const usage: Record<string, Record<string, number>> = {};
  for (const [name, used] of totals.map(parseTotal)) {
    const [product = '', limit = ''] = name.split('.', 2);
    usage[product] = { ...usage[product], [limit]: used };
  }
  print(await client.put<Shown>(`/v1/tenants/${id}/usage`, { usage }), context);
}
