import type { Attribute } from '../../domain/reconcile/observation.ts';
import type { Session } from './session.ts';

interface Row {
  readonly login: boolean | null;
  readonly connections: number | null;
  readonly open: boolean;
  readonly may: boolean | null;
  readonly everybody: boolean;
}

/** What we set of a tenant's database and role, the password apart: it is kept as a hash. */
export async function readAttributes(
  admin: Session,
  name: string,
  maxConnections: number,
): Promise<Attribute[]> {
  const [row] = await admin.rows<Row>(
    `select rolcanlogin as login, rolconnlimit as connections, datallowconn as open,
       case when rolname is null then null
         else has_database_privilege(rolname, datname, 'CONNECT')
           and has_database_privilege(rolname, datname, 'CREATE')
           and has_database_privilege(rolname, datname, 'TEMPORARY') end as may,
       exists (
         select from aclexplode(coalesce(datacl, acldefault('d', datdba))) where grantee = 0
       ) as everybody
     from pg_database left join pg_roles on rolname = datname where datname = $1`,
    [name],
  );
  const textOf = (value: unknown) => (value === null || value === undefined ? null : String(value));
  return [
    { name: 'role may log in', wanted: 'true', found: textOf(row?.login) },
    { name: 'connection limit', wanted: String(maxConnections), found: textOf(row?.connections) },
    { name: 'takes connections', wanted: 'true', found: textOf(row?.open) },
    { name: 'role may use it', wanted: 'true', found: textOf(row?.may) },
    { name: 'everybody may connect', wanted: 'false', found: textOf(row?.everybody) },
  ];
}
