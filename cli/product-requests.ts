import type { Command } from 'commander';
import { keyHeader } from './client.ts';
import type { Context } from './context.ts';
import { formatTable } from './format.ts';
import { parseTotal } from './limits.ts';
import { addKeyOption, addRequestOptions, requestTenant } from './tenant-request.ts';
import type { TenantRequestOptions } from './tenant-request.ts';
import { fetchTenant } from './tenant-text.ts';

interface ProductRequest {
  readonly id: string;
  readonly product: string;
  readonly state: string;
  readonly requestedAt: string;
}

/** `tenure plans request`, `requests`, `grant` and `refuse`. */
export function addProductRequestCommands(plans: Command, context: () => Context): void {
  const asking = plans
    .command('request <tenant> <product>')
    .description('ask for a product that the plan does not sell')
    .action((tenant: string, product: string, { idempotencyKey }: TenantRequestOptions) =>
      request(tenant, product, keyHeader(idempotencyKey), context()),
    );
  addKeyOption(asking);
  plans
    .command('requests <tenant>')
    .description('list the product requests of a tenant')
    .action((tenant: string) => list(tenant, context()));
  const granting = plans
    .command('grant <tenant> <request> [limit=value...]')
    .description('grant a product request; a limit that is not named is none')
    .action((tenant: string, id: string, limits: string[], options: TenantRequestOptions) => {
      const body = { answer: 'granted', limits: Object.fromEntries(limits.map(parseTotal)) };
      return answer(tenant, id, body, options, context());
    });
  const refusing = plans
    .command('refuse <tenant> <request>')
    .description('refuse a product request')
    .action((tenant: string, id: string, options: TenantRequestOptions) =>
      answer(tenant, id, { answer: 'refused' }, options, context()),
    );
  for (const command of [granting, refusing]) addRequestOptions(command);
}

const pathOf = async (tenant: string, context: Context): Promise<string> =>
  `/v1/tenants/${(await fetchTenant(tenant, context.client())).id}/product-requests`;

async function request(
  tenant: string,
  product: string,
  headers: ReturnType<typeof keyHeader>,
  context: Context,
): Promise<void> {
  const path = await pathOf(tenant, context);
  const asked = await context.client().post<ProductRequest>(path, { product }, headers);
  context.print(
    asked,
    () => `Asked for. An operator answers it: tenure plans grant ${tenant} ${asked.id}`,
  );
}

async function list(tenant: string, context: Context): Promise<void> {
  const path = await pathOf(tenant, context);
  const page = await context.client().get<{ productRequests: ProductRequest[] }>(path);
  const rows = page.productRequests.map((one) => [one.id, one.product, one.state, one.requestedAt]);
  context.print(page, () => formatTable(['REQUEST', 'PRODUCT', 'STATE', 'ASKED'], rows));
}

async function answer(
  tenant: string,
  id: string,
  body: object,
  options: TenantRequestOptions,
  context: Context,
): Promise<void> {
  const path = `${await pathOf(tenant, context)}/${encodeURIComponent(id)}/answer`;
  await requestTenant(path, body, options, context);
}
