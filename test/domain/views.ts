import type { Catalog, Decided, Decision, TenantView } from '../../domain/decision.ts';
import type { Membership } from '../../domain/membership.ts';
import { NOTHING_SOLD } from '../../domain/sales.ts';
import type { Tenant } from '../../domain/tenant.ts';

export const TENANT = '11111111-1111-4111-8111-111111111111';
export const ANN = '22222222-2222-4222-8222-222222222222';
export const BOB = '33333333-3333-4333-8333-333333333333';

export const tenantOf = (over: Partial<Tenant> = {}): Tenant => ({
  id: TENANT,
  slug: 'acme',
  host: 'acme.example.test',
  displayName: 'Acme',
  state: 'active',
  stateBefore: null,
  isolation: 'silo',
  plan: 'team',
  demo: false,
  issuer: 'https://id.example.test/realms/acme',
  databaseUrl: 'http://db.example.test',
  createdAtMs: 0,
  offboarding: null,
  archivedAtMs: null,
  ...over,
});

export const memberOf = (over: Partial<Membership> = {}): Membership => ({
  id: ANN,
  tenant: TENANT,
  state: 'active',
  identity: { issuer: 'https://id.example.test/realms/acme', sub: 'ann' },
  roles: ['org-owner'],
  ...over,
});

export const catalogOf = (over: Partial<Catalog> = {}): Catalog => ({
  roles: new Map([
    ['org-owner', { scope: 'tenant', permissions: ['*'] }],
    ['org-member', { scope: 'tenant', permissions: ['tenant:read'] }],
    ['project-owner', { scope: 'project', permissions: ['*'] }],
  ]),
  products: new Map([['workspace', { limits: ['members'] }]]),
  plans: new Map([['team', { entitlements: [{ product: 'workspace', limits: { members: 5 } }] }]]),
  ...over,
});

export const viewOf = (over: Partial<TenantView> = {}): TenantView => ({
  tenant: tenantOf(),
  members: [memberOf()],
  catalog: catalogOf(),
  ...NOTHING_SOLD,
  ...over,
});

export function assureDecided(decision: Decision): Decided {
  if ('refused' in decision) throw new Error(`refused: ${decision.refused}`);
  return decision;
}

export const refusalOf = (decision: Decision): string =>
  'refused' in decision ? decision.refused : 'decided';
