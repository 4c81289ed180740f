import pg from 'pg';
import type { OwnerMark } from '../../ports/call.ts';
import { formatOwnerMark } from '../../ports/owner-mark.ts';

/*
 * The statements that change something; DDL takes no values. Each list is one transaction, but
 * CREATE and DROP DATABASE, which stand alone.
 */

const { escapeIdentifier: identifier, escapeLiteral: literal } = pg;

export interface RoleSettings {
  /** As Postgres keeps it (`scram.ts`). */
  readonly verifier: string;
  /** At once; one tenant must not take all of the server's. */
  readonly maxConnections: number;
}

/** Role and mark are there together or not at all. */
export function createRole(name: string, owner: OwnerMark): string[] {
  const mark = literal(formatOwnerMark(owner));
  return [`CREATE ROLE ${identifier(name)}`, `COMMENT ON ROLE ${identifier(name)} IS ${mark}`];
}

export function setUpRole(name: string, { verifier, maxConnections }: RoleSettings): string {
  const limit = `CONNECTION LIMIT ${maxConnections}`;
  return `ALTER ROLE ${identifier(name)} LOGIN ${limit} PASSWORD ${literal(verifier)}`;
}

export function dropRole(name: string): string {
  return `DROP ROLE ${identifier(name)}`;
}

/**
 * Closed at first: everybody may connect to a new database (PUBLIC), so that another tenant could
 * get in before `openDatabase` takes that away. From `template0`: nothing of the site's comes
 * along, and nobody's connection to `template1` is in the way.
 */
export function createDatabase(name: string): string {
  return `CREATE DATABASE ${identifier(name)} TEMPLATE template0 ALLOW_CONNECTIONS false`;
}

/**
 * The database stays ours, the tenant may do everything in it: its owner could write over the mark.
 */
export function openDatabase(name: string, owner: OwnerMark): string[] {
  const database = `DATABASE ${identifier(name)}`;
  return [
    `REVOKE ALL ON ${database} FROM PUBLIC`,
    `GRANT CONNECT, CREATE, TEMPORARY ON ${database} TO ${identifier(name)}`,
    `COMMENT ON ${database} IS ${literal(formatOwnerMark(owner))}`,
    `ALTER ${database} ALLOW_CONNECTIONS true`,
  ];
}

/** Within the tenant's database: since Postgres 15 `public` is its owner's alone. */
export function openSchema(name: string): string {
  return `GRANT ALL ON SCHEMA public TO ${identifier(name)}`;
}

/** Whoever is connected is thrown out. */
export function dropDatabase(name: string): string {
  return `DROP DATABASE ${identifier(name)} WITH (FORCE)`;
}
