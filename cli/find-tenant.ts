import type { TenantBody } from './api-types.ts';
import type { Client } from './client.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Of a tenant that is named by its id or by its slug. */
export async function findTenantId(name: string, client: Client): Promise<string> {
  if (UUID.test(name)) return name;
  return (await client.get<TenantBody>(`/v1/tenants/by-slug/${encodeURIComponent(name)}`)).id;
}
