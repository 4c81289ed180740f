import type { OwnerMark } from '../../ports/call.ts';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import { parseOwnerMark } from '../../ports/owner-mark.ts';
import type { Session } from './session.ts';

/** `used`: without a mark, and not to be touched. `empty`: what a crash left; ours. */
export type State = 'absent' | 'empty' | 'used' | OwnerMark;

/** `lookInside` answers whether nothing was ever made in the database. */
export async function observeDatabase(
  admin: Session,
  name: string,
  lookInside: () => Promise<boolean>,
): Promise<State> {
  const [found] = await admin.rows<{ comment: string | null; open: boolean; own: boolean }>(
    `select shobj_description(oid, 'pg_database') as comment, datallowconn as open,
       pg_get_userbyid(datdba) = current_user as own
     from pg_database where datname = $1`,
    [name],
  );
  if (found === undefined) return 'absent';
  if (found.comment !== null) return parseOwnerMark(found.comment) ?? 'used';
  // We alone make them closed; they are opened and marked in one transaction.
  if (!found.open) return found.own ? 'empty' : 'used';
  return (await lookInside()) ? 'empty' : 'used';
}

/** A role is made with its mark, so that one without is another's. */
export async function observeRole(admin: Session, name: string): Promise<State> {
  const [found] = await admin.rows<{ comment: string | null }>(
    `select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = $1`,
    [name],
  );
  return found === undefined ? 'absent' : (parseOwnerMark(found.comment ?? '') ?? 'used');
}

/** FirstNormalObjectId: what initdb and CREATE DATABASE make lies below. */
const FIRST_OWN_OID = 16_384;
const CATALOGS = ['pg_class', 'pg_proc', 'pg_type', 'pg_namespace', 'pg_largeobject_metadata'];

/** Within the database in question. */
export async function isEmpty(inside: Session): Promise<boolean> {
  const found = CATALOGS.map(
    (catalog) => `exists (select from ${catalog} where oid >= ${FIRST_OWN_OID})`,
  );
  const [row] = await inside.rows<{ used: boolean }>(`select ${found.join(' or ')} as used`);
  return row?.used === false;
}

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Databases by our names, and roles whose database is not there. */
export async function listTenants(admin: Session): Promise<readonly InventoryItem[]> {
  const rows = await admin.rows<{ name: string; comment: string | null }>(
    `with databases as (
       select datname as name, shobj_description(oid, 'pg_database') as comment
       from pg_database where datname ~ $1
     )
     select name, comment from databases
     union all
     select rolname, shobj_description(oid, 'pg_authid') from pg_roles
     where rolname ~ $1 and rolname not in (select name from databases)
     order by name`,
    [`^tenant-${UUID}$`],
  );
  return rows.map(({ name, comment }) => ({ name, owner: parseOwnerMark(comment ?? '') }));
}

/** Whether the login may make and drop databases and roles, and end connections to them. */
export async function mayManage(admin: Session): Promise<boolean> {
  const [row] = await admin.rows<{ may: boolean }>(
    `select rolsuper or (rolcreatedb and rolcreaterole
       and pg_has_role(oid, 'pg_signal_backend', 'USAGE')) as may
     from pg_roles where rolname = current_user`,
  );
  return row?.may === true;
}
