import { randomUUID } from 'node:crypto';
import type { TestApi } from './test-api.ts';

export interface Provisioned {
  readonly tenant: string;
  readonly saga: string;
}

/** A tenant in state `provisioning` whose saga runs. */
export async function provision(api: TestApi, slug = 'acme'): Promise<Provisioned> {
  const answer = await api.ask({
    method: 'POST',
    path: '/v1/tenants',
    body: { slug, admin: { email: 'ada@acme.example' } },
  });
  const { tenant, saga } = answer.json as unknown as Record<'tenant' | 'saga', { id: string }>;
  return { tenant: tenant.id, saga: saga.id };
}

/** An active tenant with one active owner. */
export async function activate(
  api: TestApi,
  slug?: string,
): Promise<Provisioned & { readonly member: string }> {
  const provisioned = await provision(api, slug);
  api.registry.activate(provisioned.saga);
  const member = randomUUID();
  api.registry.rows.members.push({
    id: member,
    tenant: provisioned.tenant,
    state: 'active',
    identity: { issuer: 'https://id.test/realms/acme', sub: randomUUID() },
    roles: ['org-owner'],
  });
  return { ...provisioned, member };
}
