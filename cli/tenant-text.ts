import type { SagaBody, TenantBody } from './api-types.ts';
import type { Client } from './client.ts';
import { formatFields } from './format.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** By its slug or its id. */
export function fetchTenant(name: string, client: Client): Promise<TenantBody> {
  const path = UUID.test(name) ? name : `by-slug/${encodeURIComponent(name)}`;
  return client.get<TenantBody>(`/v1/tenants/${path}`);
}

export function fieldsOf(tenant: TenantBody): [string, string][] {
  return [
    ['tenant', tenant.id],
    ['slug', tenant.slug],
    ['state', tenant.stateBefore === null ? tenant.state : `frozen, was ${tenant.stateBefore}`],
    ['host', tenant.host],
    ['isolation', tenant.isolation],
    ['plan', tenant.plan],
    ['issuer', tenant.issuer ?? '–'],
    ['database', tenant.databaseUrl ?? '–'],
    ['created', tenant.createdAt],
  ];
}

export function formatAccepted({ tenant, saga }: { tenant: TenantBody; saga: SagaBody }): string {
  return `${formatFields([
    ['tenant', tenant.id],
    ['saga', saga.id],
  ])}\n\nFollow it: tenure sagas show ${saga.id} --follow`;
}

export function formatEnded(tenant: TenantBody, saga: SagaBody): string {
  const invite: [string, string][] =
    saga.inviteLink === undefined ? [] : [['invite', saga.inviteLink]];
  return formatFields([...fieldsOf(tenant), ['saga', saga.id], ...invite]);
}
