import type { ClientBase } from 'pg';
import type { CustomDomain } from '../../domain/custom-domain.ts';
import type { Change, Entitlement } from '../../domain/decision.ts';
import type { Invitation } from '../../domain/invitation.ts';
import type { Membership } from '../../domain/membership.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import {
  acceptFollowUp,
  answerProductRequest,
  removeEntitlement,
  replaceTrial,
} from './sales-changes.ts';

type CatalogChange = Extract<Change, { type: 'catalog' }>;

export function tenantOf(change: Change): string {
  switch (change.type) {
    case 'tenant':
      return change.tenant.id;
    case 'membership':
      return change.membership.tenant;
    case 'entitlement':
      return change.entitlement.tenant;
    case 'catalog':
      return PLATFORM_TENANT;
    case 'membership-removed':
    case 'entitlement-removed':
      return change.tenant;
    case 'invitation-settled':
      return change.invitation.tenant;
    case 'product-request':
      return change.request.tenant;
    case 'trial':
      return change.trial.tenant;
    case 'operation':
      return change.operation.tenant;
    case 'domain':
      return change.domain.tenant;
  }
}

/** Writes rows of one tenant, one statement per table; each replaces the whole row of its key. */
export async function applyChanges(client: ClientBase, changes: readonly Change[]): Promise<void> {
  const memberships: Membership[] = [];
  const entitlements: Entitlement[] = [];
  const entries: CatalogChange['entry'][] = [];
  const writing: Promise<void>[] = [];
  for (const change of changes) {
    if (change.type === 'tenant') writing.push(replaceTenant(client, change.tenant));
    else if (change.type === 'membership') memberships.push(change.membership);
    else if (change.type === 'entitlement') entitlements.push(change.entitlement);
    else if (change.type === 'catalog') entries.push(change.entry);
    else if (change.type === 'membership-removed') writing.push(removeMembership(client, change));
    else if (change.type === 'domain') writing.push(changeDomain(client, change.domain));
    else if (change.type === 'invitation-settled')
      writing.push(settleInvitation(client, change.invitation));
    else writing.push(applySales(client, change));
  }
  if (memberships.length > 0) writing.push(replaceMemberships(client, memberships));
  if (entitlements.length > 0) writing.push(replaceEntitlements(client, entitlements));
  if (entries.length > 0) writing.push(replaceCatalog(client, entries));
  await Promise.all(writing);
}

type SalesChange = Extract<
  Change,
  { type: 'entitlement-removed' | 'product-request' | 'trial' | 'operation' }
>;

function applySales(client: ClientBase, change: SalesChange): Promise<void> {
  switch (change.type) {
    case 'entitlement-removed':
      return removeEntitlement(client, change);
    case 'product-request':
      return answerProductRequest(client, change.request);
    case 'trial':
      return replaceTrial(client, change.trial);
    case 'operation':
      return acceptFollowUp(client, change);
  }
}

async function replaceTenant(client: ClientBase, tenant: Tenant): Promise<void> {
  const { id, slug, host, displayName, state, isolation, plan, demo, issuer } = tenant;
  const { rowCount } = await client.query({
    name: 'replace_tenant',
    text: `update tenants set slug = $2, host = $3, display_name = $4, state = $5, isolation = $6,
             plan = $7, demo = $8, issuer = $9, database_url = $10, state_before = $11,
             offboarding = $12, archived_at = $13
           where id = $1`,
    values: [
      ...[id, slug, host, displayName, state, isolation, plan, demo, issuer],
      ...[tenant.databaseUrl, tenant.stateBefore, tenant.offboarding],
      tenant.archivedAtMs === null ? null : new Date(tenant.archivedAtMs),
    ],
  });
  if (rowCount !== 1) throw new Error(`tenant ${id} is not there to be changed`);
}

async function replaceMemberships(
  client: ClientBase,
  memberships: readonly Membership[],
): Promise<void> {
  await client.query({
    name: 'replace_memberships',
    text: `insert into memberships (tenant, id, state, issuer, sub, roles)
           select tenant, id, state, identity->>'issuer', identity->>'sub',
             array(select jsonb_array_elements_text(roles))
           from jsonb_to_recordset($1::jsonb)
             as row (tenant uuid, id uuid, state text, identity jsonb, roles jsonb)
           on conflict (tenant, id) do update set state = excluded.state,
             issuer = excluded.issuer, sub = excluded.sub, roles = excluded.roles`,
    values: [JSON.stringify(memberships)],
  });
}

async function removeMembership(
  client: ClientBase,
  { tenant, member }: Extract<Change, { type: 'membership-removed' }>,
): Promise<void> {
  await client.query({
    name: 'remove_membership',
    text: 'delete from memberships where tenant = $1 and id = $2',
    values: [tenant, member],
  });
}

async function settleInvitation(client: ClientBase, invitation: Invitation): Promise<void> {
  const { tenant, id, state, endedAtMs } = invitation;
  await client.query({
    name: 'settle_invitation',
    text: `update invitations set state = $3, ended_at = $4, settled_at = now()
           where tenant = $1 and id = $2`,
    values: [tenant, id, state, endedAtMs === null ? null : new Date(endedAtMs)],
  });
}

async function changeDomain(client: ClientBase, domain: CustomDomain): Promise<void> {
  const { tenant, id, state, endedAtMs } = domain;
  await client.query({
    name: 'change_domain',
    text: 'update domains set state = $3, ended_at = $4 where tenant = $1 and id = $2',
    values: [tenant, id, state, endedAtMs === null ? null : new Date(endedAtMs)],
  });
}

async function replaceEntitlements(
  client: ClientBase,
  entitlements: readonly Entitlement[],
): Promise<void> {
  await client.query({
    name: 'replace_entitlements',
    text: `insert into entitlements (tenant, product, plan, limits)
           select tenant, product, plan, limits
           from jsonb_to_recordset($1::jsonb)
             as row (tenant uuid, product text, plan text, limits jsonb)
           on conflict (tenant, product) do update set plan = excluded.plan,
             limits = excluded.limits`,
    values: [JSON.stringify(entitlements)],
  });
}

async function replaceCatalog(
  client: ClientBase,
  entries: readonly CatalogChange['entry'][],
): Promise<void> {
  const kept = entries.filter(({ body }) => body !== undefined);
  const gone = entries.filter(({ body }) => body === undefined);
  const replacing = client.query({
    name: 'replace_catalog',
    text: `insert into catalog (kind, name, body)
           select kind, name, body
           from jsonb_to_recordset($1::jsonb) as row (kind text, name text, body jsonb)
           on conflict (kind, name) do update set body = excluded.body`,
    values: [JSON.stringify(kept)],
  });
  const retracting = client.query({
    name: 'retract_catalog',
    text: `delete from catalog where (kind, name) in (select * from unnest($1::text[], $2::text[]))`,
    values: [gone.map(({ kind }) => kind), gone.map(({ name }) => name)],
  });
  await Promise.all([replacing, retracting]);
}
