import type { Command } from 'commander';
import type { SagaBody } from './api-types.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatTable } from './format.ts';
import { formatSaga } from './saga-text.ts';
import { findTenantId } from './find-tenant.ts';

type Limits = Readonly<Record<string, number>>;

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
  plans
    .command('change <tenant> <plan>')
    .description('change the plan, up or down; refused below what is used')
    .action((tenant: string, plan: string) =>
      tell(tenant, 'plan', { plan }, 'Told to change.', context()),
    );
  plans
    .command('report <tenant> <product.limit=used...>')
    .description('report what a tenant uses, as totals')
    .addHelpText('after', '\nExample:\n  $ tenure plans report acme workspace.members=12\n')
    .action((tenant: string, totals: string[]) => report(tenant, totals, context()));
  addRequestCommands(plans, context);
}

function addRequestCommands(plans: Command, context: () => Context): void {
  plans
    .command('request <tenant> <product>')
    .description('ask for a product that the plan does not sell')
    .action((tenant: string, product: string) => request(tenant, product, context()));
  plans
    .command('requests <tenant>')
    .description('list the product requests of a tenant')
    .action((tenant: string) => requests(tenant, context()));
  plans
    .command('grant <tenant> <request> [limit=value...]')
    .description('grant a product request; a limit that is not named is none')
    .action((tenant: string, id: string, limits: string[]) => {
      const body = { answer: 'granted', limits: Object.fromEntries(limits.map(parseTotal)) };
      return tell(tenant, `product-requests/${id}/answer`, body, 'Granted.', context());
    });
  plans
    .command('refuse <tenant> <request>')
    .description('refuse a product request')
    .action((tenant: string, id: string) =>
      tell(tenant, `product-requests/${id}/answer`, { answer: 'refused' }, 'Refused.', context()),
    );
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

const formatLimits = (limits: Limits): string =>
  Object.entries(limits)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

type Shown = { entitlements: (Entitlement & { plan: string; used: Limits })[] };

async function show(tenant: string, context: Context): Promise<void> {
  const client = context.client();
  const id = await findTenantId(tenant, client);
  print(await client.get<Shown>(`/v1/tenants/${id}/entitlements`), context);
}

function print(shown: Shown, context: Context): void {
  const rows = shown.entitlements.map(({ product, plan, limits, used }) => [
    ...[product, plan, formatLimits(limits), formatLimits(used)],
  ]);
  context.print(shown, () => formatTable(['PRODUCT', 'PLAN', 'LIMITS', 'USED'], rows));
}

async function tell(
  tenant: string,
  path: string,
  body: object,
  told: string,
  context: Context,
): Promise<void> {
  const client = context.client();
  const id = await findTenantId(tenant, client);
  const saga = await client.post<SagaBody>(`/v1/tenants/${id}/${path}`, body);
  context.print(saga, () => `${told}\n\n${formatSaga(saga)}`);
}

async function report(tenant: string, totals: string[], context: Context): Promise<void> {
  const client = context.client();
  const id = await findTenantId(tenant, client);
  const usage: Record<string, Record<string, number>> = {};
  for (const [name, used] of totals.map(parseTotal)) {
    const [product = '', limit = ''] = name.split('.', 2);
    usage[product] = { ...usage[product], [limit]: used };
  }
  print(await client.put<Shown>(`/v1/tenants/${id}/usage`, { usage }), context);
}

function parseTotal(text: string): [string, number] {
  const [, name, value] = /^([^=]+)=(\d{1,15})$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, Number(value)];
  throw new CliError(EXIT.usage, `${text} is not name=number.`, 'As in: members=12');
}

interface ProductRequest {
  readonly id: string;
  readonly product: string;
  readonly state: string;
  readonly requestedAt: string;
}

async function request(tenant: string, product: string, context: Context): Promise<void> {
  const client = context.client();
  const path = `/v1/tenants/${await findTenantId(tenant, client)}/product-requests`;
  const asked = await client.post<ProductRequest>(path, { product });
  context.print(
    asked,
    () => `Asked for. An operator answers it: tenure plans grant ${tenant} ${asked.id}`,
  );
}

async function requests(tenant: string, context: Context): Promise<void> {
  const client = context.client();
  const path = `/v1/tenants/${await findTenantId(tenant, client)}/product-requests`;
  const page = await client.get<{ productRequests: ProductRequest[] }>(path);
  const rows = page.productRequests.map((one) => [one.id, one.product, one.state, one.requestedAt]);
  context.print(page, () => formatTable(['REQUEST', 'PRODUCT', 'STATE', 'ASKED'], rows));
}
