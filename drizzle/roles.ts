import { pgRole } from 'drizzle-orm/pg-core';

/*
 * The five database roles of DESIGN 7. Roles belong to the cluster, not to the database, so
 * `adapters/postgres/roles.ts` makes them before any migration runs.
 */
export const OWNER_ROLE_NAME = 'tenure_owner';
export const DATABASE_ROLES = [
  OWNER_ROLE_NAME,
  'tenure_api',
  'tenure_worker',
  'tenure_operator',
  'tenure_sequencer',
] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

export const api = pgRole('tenure_api').existing();
export const worker = pgRole('tenure_worker').existing();
export const operator = pgRole('tenure_operator').existing();
export const sequencer = pgRole('tenure_sequencer').existing();
