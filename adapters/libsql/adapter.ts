import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import type { Observation } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import { isMine } from '../../ports/owner-mark.ts';
import type { TenantDatabase, TenantDatabaseHandle } from '../../ports/tenant-database.ts';
import { openDirectory } from './directory.ts';
import type { Directory, DirectoryEntry } from './directory.ts';
import { openLibsqlServer } from './server.ts';
import type { LibsqlAccess, LibsqlServer } from './server.ts';

/** Requests at once while taking the inventory. */
const INVENTORY_PARALLEL = 16;

/**
 * A namespace of a libSQL server for each tenant, named `tenant-<uuid>`, with the owner mark in its
 * table `_tenure_owner`. An empty one of that name without a mark is what a crash left between
 * creation and mark, and ours; one that is in use without a mark is foreign.
 */
export function createLibsqlNamespaces(options: LibsqlAccess): TenantDatabase {
  const server = openLibsqlServer(options);
  const directory = openDirectory(server);
  return {
    ensure: (call) => ensure(server, directory, call),
    remove: (call) => remove(server, directory, call),
    observe: (call) => observe(server, call),
    probe: (signal) => directory.probe(signal),
    inventory: (signal) => inventory(server, directory, signal),
  };
}

async function ensure(
  server: LibsqlServer,
  directory: Directory,
  { owner, signal }: Call,
): Promise<TenantDatabaseHandle> {
  const name = namespaceOf(owner.tenant);
  const handle = { url: server.urlOf(name) };
  const before = await readOwner(server, name, signal);
  if (isForeign(before, owner)) throw foreign();
  if (typeof before === 'object') return handle;
  await directory.add(name, owner, signal);
  if (before === 'absent') await server.createNamespace(name, signal);
  await writeOwner(server, name, owner, signal);
  // Read again: of two marks written at once the first stands.
  const after = await readOwner(server, name, signal);
  if (isMine(owner, after)) return handle;
  if (isForeign(after, owner)) throw foreign();
  throw new PortError('tenant-database', 'unavailable', 'libSQL did not keep the owner mark');
}

/** Empty is what a crash left, before its mark: `ensure` writes that. */
async function observe(server: LibsqlServer, { owner, signal }: Call): Promise<Observation> {
  const state = await readOwner(server, namespaceOf(owner.tenant), signal);
  if (state === 'absent') return ABSENT;
  if (isForeign(state, owner)) return FOREIGN;
  const found = state === 'empty' ? null : 'ours';
  return { presence: 'mine', attributes: [{ name: 'mark', wanted: 'ours', found }] };
}

async function remove(server: LibsqlServer, directory: Directory, { owner, signal }: Call) {
  const name = namespaceOf(owner.tenant);
  const state = await readOwner(server, name, signal);
  if (isForeign(state, owner)) return;
  if (state !== 'absent') await server.deleteNamespace(name, signal);
  await directory.drop(name, signal);
}

async function inventory(
  server: LibsqlServer,
  directory: Directory,
  signal: AbortSignal,
): Promise<readonly InventoryItem[]> {
  const entries = await directory.list(signal);
  const items: InventoryItem[] = [];
  for (let at = 0; at < entries.length; at += INVENTORY_PARALLEL) {
    const some = entries.slice(at, at + INVENTORY_PARALLEL);
    const found = await Promise.all(some.map((entry) => describe(server, entry, signal)));
    items.push(...found.flat());
  }
  return items;
}

/** An entry without a namespace is a creation that never came: nothing is there. */
async function describe(
  server: LibsqlServer,
  { name, owner }: DirectoryEntry,
  signal: AbortSignal,
): Promise<InventoryItem[]> {
  const state = await readOwner(server, name, signal);
  if (state === 'absent') return [];
  if (state === 'empty') return [{ name, owner }];
  return [{ name, owner: state === 'used' ? undefined : state }];
}

type OwnerState = 'absent' | 'empty' | 'used' | OwnerMark;

async function readOwner(
  server: LibsqlServer,
  name: string,
  signal: AbortSignal,
): Promise<OwnerState> {
  const select = [
    { sql: 'SELECT name FROM sqlite_master LIMIT 1' },
    { sql: 'SELECT registry, tenant, operation FROM _tenure_owner' },
  ];
  const results = await server.run(name, select, { signal, changes: false });
  if (results === undefined) return 'absent';
  const [objects, marks] = results;
  if (objects === undefined || 'error' in objects) {
    const cause = new Error(objects?.error);
    throw new PortError('tenant-database', 'unavailable', 'libSQL failed', { cause });
  }
  if (objects.rows.length === 0) return 'empty';
  if (marks === undefined || 'error' in marks) return 'used';
  const [registry, tenant, operation] = marks.rows[0] ?? [];
  if (registry === undefined || tenant === undefined || operation === undefined) return 'used';
  return { registry, tenant, operation };
}

/** Table and row in one statement: a crash leaves both or none, and a second mark fails. */
async function writeOwner(
  server: LibsqlServer,
  name: string,
  { registry, tenant, operation }: OwnerMark,
  signal: AbortSignal,
): Promise<void> {
  const sql = 'CREATE TABLE _tenure_owner AS SELECT ?1 AS registry, ?2 AS tenant, ?3 AS operation';
  const args = [registry, tenant, operation];
  await server.run(name, [{ sql, args }], { signal, changes: true });
}

function namespaceOf(tenant: string): string {
  return `tenant-${tenant}`;
}

function isForeign(state: OwnerState, owner: OwnerMark): boolean {
  return state !== 'absent' && state !== 'empty' && !isMine(owner, state);
}

function foreign(): PortError {
  return new PortError('tenant-database', 'foreign', 'the database does not carry our mark');
}
