import { randomBytes } from 'node:crypto';
import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import type { Observation } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import { isMine } from '../../ports/owner-mark.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { TenantDatabase } from '../../ports/tenant-database.ts';
import { isEmpty, listTenants, mayManage, observeDatabase, observeRole } from './observe.ts';
import { readAttributes } from './attributes.ts';
import type { State } from './observe.ts';
import { scramVerifier } from './scram.ts';
import { inSession } from './session.ts';
import type { Session } from './session.ts';
import * as statements from './statements.ts';

export interface PostgresDatabasesOptions {
  /** Login that may create databases and roles; its database is where the locks are. */
  readonly adminUrl: string;
  /** `host:port` at which the tenants' services reach the server. */
  readonly address: string;
  /** Of one tenant, at once. */
  readonly maxConnections: number;
}

/** Name under which the password of the tenant's role is kept. */
export const PASSWORD_SECRET = 'postgres-password';

const PASSWORD_BYTES = 24;
/** Advisory locks by two integers: the class ('tedb' in ASCII) is ours, the number the tenant's. */
const LOCK_CLASS = 0x74656462;

/**
 * A database and a role for each tenant on one Postgres server (15 or newer), both named
 * `tenant-<uuid>`, with the owner mark as their comments. Nobody else may connect to the database.
 *
 * Roles and databases made at once trip over each other (23505, XX000), and nothing but CREATE ROLE
 * can be marked as it is made: so one call at a time per tenant, under an advisory lock that goes
 * with its connection.
 */
export function createPostgresDatabases(
  options: PostgresDatabasesOptions,
  secrets: Secrets,
): TenantDatabase {
  const { adminUrl } = options;
  return {
    ensure: (call) => alone(adminUrl, call, (turn) => ensure(options, secrets, turn)),
    remove: (call) => alone(adminUrl, call, remove),
    observe: (call) => alone(adminUrl, call, (turn) => observe(options, turn)),
    probe: (signal) => inSession(adminUrl, signal, assureRights),
    inventory: (signal) => inSession(adminUrl, signal, listTenants),
  };
}

/** A call whose turn it is. */
interface Turn {
  readonly call: Call;
  readonly name: string;
  readonly admin: Session;
  /** Runs in the tenant's database, as the admin. */
  inside<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

function alone<T>(adminUrl: string, call: Call, work: (turn: Turn) => Promise<T>): Promise<T> {
  const name = `tenant-${call.owner.tenant}`;
  const inside = new URL(adminUrl);
  inside.pathname = `/${name}`;
  return inSession(adminUrl, call.signal, async (admin) => {
    await admin.rows('select pg_advisory_lock($1, hashtext($2))', [LOCK_CLASS, name]);
    return work({
      ...{ call, name, admin },
      inside: (task) => inSession(inside.href, call.signal, task),
    });
  });
}

async function ensure(options: PostgresDatabasesOptions, secrets: Secrets, turn: Turn) {
  const { admin, name } = turn;
  const { owner } = turn.call;
  const database = await observeDatabase(admin, name, () => turn.inside(isEmpty));
  if (isForeign(database, owner)) throw foreign('database');
  const role = await observeRole(admin, name);
  if (isForeign(role, owner)) throw foreign('role');
  const verifier = scramVerifier(await assurePassword(secrets, owner.tenant));
  if (role === 'absent') await admin.change(...statements.createRole(name, owner));
  const { maxConnections } = options;
  await admin.change(statements.setUpRole(name, { verifier, maxConnections }));
  if (database === 'absent') await admin.change(statements.createDatabase(name));
  // Also one that is marked already: what may be done in it may have been changed since.
  const mark = typeof database === 'string' ? owner : database;
  await admin.change(...statements.openDatabase(name, mark));
  await turn.inside((session) => session.change(statements.openSchema(name)));
  return { url: `postgres://${name}@${options.address}/${name}` };
}

async function observe(
  { maxConnections }: PostgresDatabasesOptions,
  { admin, name, call, inside }: Turn,
): Promise<Observation> {
  const database = await observeDatabase(admin, name, () => inside(isEmpty));
  const role = await observeRole(admin, name);
  if (isForeign(database, call.owner) || isForeign(role, call.owner)) return FOREIGN;
  if (database === 'absent') return ABSENT;
  const mark = { name: 'mark', wanted: 'ours', found: database === 'empty' ? null : 'ours' };
  const attributes = await readAttributes(admin, name, maxConnections);
  return { presence: 'mine', attributes: [mark, ...attributes] };
}

async function remove({ admin, name, call, inside }: Turn): Promise<void> {
  const { owner } = call;
  const database = await observeDatabase(admin, name, () => inside(isEmpty));
  if (isForeign(database, owner)) return;
  if (database !== 'absent') await admin.change(statements.dropDatabase(name));
  const role = await observeRole(admin, name);
  if (role !== 'absent' && !isForeign(role, owner)) await admin.change(statements.dropRole(name));
}

async function assureRights(admin: Session): Promise<void> {
  if (await mayManage(admin)) return;
  const message = 'the login lacks CREATEDB, CREATEROLE or pg_signal_backend';
  throw new PortError('tenant-database', 'forbidden', message);
}

/** Kept before the role has it: an attempt that is cut in between is repeated with the same one. */
async function assurePassword(secrets: Secrets, tenant: string): Promise<string> {
  const kept = await secrets.find(tenant, PASSWORD_SECRET);
  if (kept !== undefined) return kept;
  const made = randomBytes(PASSWORD_BYTES).toString('base64url');
  await secrets.put(tenant, PASSWORD_SECRET, made);
  return made;
}

function isForeign(state: State, owner: OwnerMark): boolean {
  return state !== 'absent' && state !== 'empty' && !isMine(owner, state);
}

function foreign(what: 'database' | 'role'): PortError {
  return new PortError('tenant-database', 'foreign', `the ${what} does not carry our mark`);
}
