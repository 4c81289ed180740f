import type { ClientBase } from 'pg';
import { DATABASE_ROLES, OWNER_ROLE_NAME } from '../../drizzle/roles.ts';

/**
 * Makes the five roles of DESIGN 7 and lets the login that migrates act in them; repeatable. They
 * are no migration, since a database restored into another cluster comes without its roles.
 *
 * Two databases of one cluster may do this at once, and Postgres then says 23505 or 42710 for the
 * role that the other one made (XX000 for a grant), so each is tried again once.
 */
export async function assureRoles(client: ClientBase): Promise<void> {
  for (const role of DATABASE_ROLES) {
    await twice(() => assureRole(client, role));
  }
  await client.query(`grant usage, create on schema public to ${OWNER_ROLE_NAME}`);
  const others = DATABASE_ROLES.filter((role) => role !== OWNER_ROLE_NAME);
  await client.query(`grant usage on schema public to ${others.join(', ')}`);
}

async function assureRole(client: ClientBase, role: string): Promise<void> {
  const found = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  if (found.rowCount === 0) await client.query(`create role ${role} nologin`);
  // A superuser may take any role as it is.
  const member = await client.query<{ may: boolean }>(
    `select pg_has_role(current_user, $1, 'SET') as may`,
    [role],
  );
  if (member.rows[0]?.may !== true) await client.query(`grant ${role} to current_user`);
}

async function twice(work: () => Promise<void>): Promise<void> {
  const MADE_MEANWHILE = new Set(['23505', '42710', 'XX000']);
  try {
    await work();
  } catch (error) {
    if (!MADE_MEANWHILE.has((error as { code?: string }).code ?? '')) throw error;
    await work();
  }
}
