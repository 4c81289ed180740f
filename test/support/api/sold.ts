import { randomUUID } from 'node:crypto';
import type { TenantState } from '../../../domain/tenant.ts';
import { activate, type Provisioned } from './provisioned.ts';
import type { Answer, TestApi } from './test-api.ts';

/** An active tenant on plan `team`, as a commit would leave it. */
export async function sell(api: TestApi): Promise<Provisioned> {
  const provisioned = await activate(api);
  const { tenant } = provisioned;
  changeTenants(api, { plan: 'team' });
  const entitlement = { tenant, product: 'workspace', plan: 'team', limits: { members: 50 } };
  api.sales.sold.set(tenant, { entitlements: [entitlement], trial: undefined });
  return provisioned;
}

/** A tenant on trial, whose saga the engine knows; gives its operation's id too. */
export async function beginTrial(api: TestApi): Promise<Provisioned> {
  const { tenant, saga } = await sell(api);
  changeTenants(api, { state: 'trial' });
  const id = randomUUID();
  const provisioning = api.registry.rows.operations.get(saga);
  if (provisioning === undefined) throw new Error('no operation');
  const trial = {
    ...provisioning,
    id,
    kind: 'runTrial',
    state: 'running',
    endedAtMs: null,
  } as const;
  api.registry.rows.operations.set(id, trial);
  setTrial(api, tenant, { operation: id });
  return { tenant, saga: id };
}

export function setTrial(
  api: TestApi,
  tenant: string,
  over: { operation?: string; state?: 'running' | 'converted' | 'ended' },
): void {
  const sold = api.sales.sold.get(tenant);
  const before = sold?.trial ?? {
    ...{ tenant, operation: '', provisionedBy: '', state: 'running' as const },
    endsAtMs: Date.parse('2030-01-01T00:00:00Z'),
  };
  api.sales.sold.set(tenant, {
    entitlements: sold?.entitlements ?? [],
    trial: { ...before, ...over },
  });
}

export function changeTenants(api: TestApi, part: { state?: TenantState; plan?: string }): void {
  const { tenants } = api.registry.rows;
  for (const tenant of tenants.values()) tenants.set(tenant.id, { ...tenant, ...part });
}

/** The saga in an answer that accepts one. */
export const sagaOf = ({ json }: Answer) => (json as unknown as { saga: { id: string } }).saga.id;

/** The id in an answer's body. */
export const idOf = ({ json }: Answer): string => (json as unknown as { id: string }).id;
