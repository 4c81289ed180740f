import { createMigration } from '../adapters/postgres/create-migration.ts';
import { migrateDown, migrateUp, schemaVersion } from '../adapters/postgres/migrate.ts';
import type { SchemaVersion } from '../adapters/postgres/migrate.ts';
import type { Config } from './config/load.ts';

/** Names of the migrations that were applied now. */
export function up(config: Config): Promise<readonly string[]> {
  return migrateUp({ databaseUrl: config.database.url.reveal() });
}

export function version(config: Config): Promise<SchemaVersion> {
  return schemaVersion({ databaseUrl: config.database.url.reveal() });
}

/** Name of the migration that was taken back; undefined when there is none. Refused in prod. */
export function down(config: Config): Promise<string | undefined> {
  const { database, service } = config;
  return migrateDown({ databaseUrl: database.url.reveal(), appEnv: service.env });
}

/** Path of the new migration. */
export function create(name: string): Promise<string> {
  return createMigration(name);
}
