import { sql } from 'drizzle-orm';
import { pgPolicy, type AnyPgColumn, type PgRole } from 'drizzle-orm/pg-core';
import { api, operator, sequencer, worker } from './roles.ts';

/*
 * Row-level security by a rule (DESIGN 7). `app.tenant` is set for one transaction only; unset, or
 * emptied by an earlier transaction, it is no UUID: an error, never "all rows". What a role may do
 * with the rows that it sees is said by the grants (migrations, `*_grants.sql`).
 */
export const currentTenant = sql.raw("current_setting('app.tenant')::uuid");
const everyRow = sql.raw('true');

export const byTenant = (column: AnyPgColumn) => sql`${column} = ${currentTenant}`;

export const forTenant = (role: PgRole, column: AnyPgColumn) =>
  pgPolicy(`${role.name}_by_tenant`, {
    as: 'permissive',
    for: 'all',
    to: role,
    using: byTenant(column),
    withCheck: byTenant(column),
  });

const forAll = (role: PgRole) =>
  pgPolicy(`${role.name}_all`, {
    as: 'permissive',
    for: 'all',
    to: role,
    using: everyRow,
    withCheck: everyRow,
  });

/** Rows of the tenant of the transaction for API and workers, every row for operators. */
export const tenantPolicies = (column: AnyPgColumn) => [
  forTenant(api, column),
  forTenant(worker, column),
  forAll(operator),
];

/** The sequencer orders the facts of all tenants; only workers of the tenant add some. */
export const factPolicies = (column: AnyPgColumn) => [
  forTenant(worker, column),
  forAll(operator),
  forAll(sequencer),
];

/** Starting and looking up: the worker knows the operation before it knows the tenant. */
export const operationPolicies = (id: AnyPgColumn, state: AnyPgColumn) => [
  pgPolicy('tenure_worker_unstarted', {
    as: 'permissive',
    for: 'select',
    to: worker,
    using: sql`${state} = 'accepted'`,
  }),
  pgPolicy('tenure_worker_by_operation', {
    as: 'permissive',
    for: 'select',
    to: worker,
    using: sql`${id} = nullif(current_setting('app.operation', true), '')::uuid`,
  }),
  // Its grant is for id and tenant alone: by whose key the answer to a saga is sealed.
  pgPolicy('tenure_sequencer_by_operation', {
    as: 'permissive',
    for: 'select',
    to: sequencer,
    using: sql`${id} = nullif(current_setting('app.operation', true), '')::uuid`,
  }),
];

/** Read by every tenant, written on the platform's chain only. */
export const platformPolicies = () => [
  ...[api, worker, operator].map((role) =>
    pgPolicy(`${role.name}_reads`, { as: 'permissive', for: 'select', to: role, using: everyRow }),
  ),
  pgPolicy('tenure_worker_writes', {
    as: 'permissive',
    for: 'all',
    to: worker,
    using: sql`${currentTenant} = '00000000-0000-0000-0000-000000000000'`,
    withCheck: sql`${currentTenant} = '00000000-0000-0000-0000-000000000000'`,
  }),
];
