import { PortError } from '../../ports/call.ts';
import type { OwnerMark } from '../../ports/call.ts';
import type { LibsqlServer, Statement } from './server.ts';

const DIRECTORY = 'tenure-directory';
const CREATE_TABLE =
  'CREATE TABLE IF NOT EXISTS databases ' +
  '(name TEXT PRIMARY KEY, registry TEXT NOT NULL, tenant TEXT NOT NULL, operation TEXT NOT NULL)';

export interface DirectoryEntry {
  readonly name: string;
  /** Who was about to create it; the mark inside the database is what counts. */
  readonly owner: OwnerMark;
}

/**
 * The names that we made or were about to make, in a namespace of our own: libSQL's server lists
 * its namespaces nowhere, and an orphan that nobody can list is never found. Written before a
 * namespace is created and cleared after it is gone, so that it never misses one.
 */
export interface Directory {
  add(name: string, owner: OwnerMark, signal: AbortSignal): Promise<void>;
  drop(name: string, signal: AbortSignal): Promise<void>;
  list(signal: AbortSignal): Promise<readonly DirectoryEntry[]>;
  /** Rejects when the server does not accept our credentials; makes the directory if need be. */
  probe(signal: AbortSignal): Promise<void>;
}

export function openDirectory(server: LibsqlServer): Directory {
  const run = async (statements: readonly Statement[], signal: AbortSignal, changes: boolean) => {
    const results = await server.run(DIRECTORY, statements, { signal, changes });
    const failed = results?.find((result) => 'error' in result);
    if (failed && 'error' in failed) {
      const cause = new Error(failed.error);
      throw new PortError('tenant-database', 'unavailable', 'libSQL failed', { cause });
    }
    return results;
  };
  const runInDirectory = async (statements: readonly Statement[], signal: AbortSignal) => {
    const all = [{ sql: CREATE_TABLE }, ...statements];
    const results = await run(all, signal, true);
    if (results !== undefined) return;
    await server.createNamespace(DIRECTORY, signal);
    await run(all, signal, true);
  };
  return {
    add: (name, { registry, tenant, operation }, signal) => {
      const sql =
        'INSERT OR IGNORE INTO databases (name, registry, tenant, operation) ' +
        'VALUES (?1, ?2, ?3, ?4)';
      return runInDirectory([{ sql, args: [name, registry, tenant, operation] }], signal);
    },
    drop: (name, signal) =>
      runInDirectory([{ sql: 'DELETE FROM databases WHERE name = ?1', args: [name] }], signal),
    list: async (signal) => {
      const select = {
        sql: 'SELECT name, registry, tenant, operation FROM databases ORDER BY name',
      };
      const results = await run([{ sql: CREATE_TABLE }, select], signal, false);
      const result = results?.[1];
      if (result === undefined || 'error' in result) return [];
      return result.rows.map(([name = '', registry = '', tenant = '', operation = '']) => ({
        name,
        owner: { registry, tenant, operation },
      }));
    },
    probe: async (signal) => {
      await server.namespaceExists(DIRECTORY, signal);
      await runInDirectory([], signal);
    },
  };
}
