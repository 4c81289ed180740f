import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** Backups of a database by name, each with the kept checkpoint of its moment. */
export function backupsOf(databaseUrl: string, folder: string, checkpoints: string) {
  const own = new URL(databaseUrl).pathname.slice(1);
  return {
    backUp: async (name: string) => {
      await copyDatabase(databaseUrl, own, `${own}_${name}`);
      cpSync(checkpoints, join(folder, name), { recursive: true });
    },
    restore: (name: string) => copyDatabase(databaseUrl, `${own}_${name}`, own),
    restoreCheckpoints: (name: string) => {
      rmSync(checkpoints, { recursive: true });
      cpSync(join(folder, name), checkpoints, { recursive: true });
    },
  };
}

/** Puts a copy of one database in the place of another, whoever is connected. */
async function copyDatabase(databaseUrl: string, from: string, to: string): Promise<void> {
  const postgres = new URL(databaseUrl);
  postgres.pathname = '/postgres';
  const admin = new pg.Client({ connectionString: postgres.href });
  await admin.connect();
  try {
    await admin.query(`drop database if exists ${to} with (force)`);
    // A template must have no sessions, and pools open new ones by themselves.
    await admin.query(`alter database ${from} with allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
      from,
    ]);
    await admin.query(`create database ${to} template ${from}`);
    await admin.query(`alter database ${from} with allow_connections true`);
  } finally {
    await admin.end();
  }
}
