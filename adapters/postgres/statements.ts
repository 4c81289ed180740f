/**
 * The hot queries, prepared once per connection: Drizzle's builder costs twice the query, a
 * prepared one next to nothing. Sets of rows go in as one JSON or as arrays, in one statement.
 */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { catalog } from '../../drizzle/schema/catalog.ts';
import { commits } from '../../drizzle/schema/commits.ts';
import { domains } from '../../drizzle/schema/domains.ts';
import { idempotencyKeys } from '../../drizzle/schema/idempotency-keys.ts';
import { invitations } from '../../drizzle/schema/invitations.ts';
import { logHead } from '../../drizzle/schema/log-head.ts';
import { memberships } from '../../drizzle/schema/memberships.ts';
import { operations } from '../../drizzle/schema/operations.ts';
import { tenantHeads } from '../../drizzle/schema/tenant-heads.ts';
import { tenants } from '../../drizzle/schema/tenants.ts';

const given = sql.placeholder;

/** Who begins another one locks all heads before (`recovery.ts`), so none is committed late. */
const currentEpoch = sql`(select ${logHead.epoch} from ${logHead})`.mapWith(Number);

export type Statements = ReturnType<typeof prepareStatements>;

export function prepareStatements(db: NodePgDatabase) {
  return {
    lockHead: db
      .select({ seq: tenantHeads.seq, hash: tenantHeads.hash, epoch: currentEpoch })
      .from(tenantHeads)
      .where(eq(tenantHeads.tenant, given('tenant')))
      .for('update')
      .prepare('lock_head'),
    findTenant: db
      .select()
      .from(tenants)
      .where(eq(tenants.id, given('tenant')))
      .prepare('find_tenant'),
    listMembers: db
      .select()
      .from(memberships)
      .where(eq(memberships.tenant, given('tenant')))
      .orderBy(asc(memberships.id))
      .prepare('list_members'),
    findMember: db
      .select()
      .from(memberships)
      .where(and(eq(memberships.tenant, given('tenant')), eq(memberships.id, given('member'))))
      .prepare('find_member'),
    readCatalog: db
      .select()
      .from(catalog)
      .orderBy(asc(catalog.kind), asc(catalog.name))
      .prepare('read_catalog'),
    findCommit: db
      .select()
      .from(commits)
      .where(and(eq(commits.operation, given('operation')), eq(commits.step, given('step'))))
      .prepare('find_commit'),
    lockInvitation: db
      .select()
      .from(invitations)
      .where(and(eq(invitations.tenant, given('tenant')), eq(invitations.id, given('id'))))
      .for('update')
      .prepare('lock_invitation'),
    lockDomain: db
      .select()
      .from(domains)
      .where(and(eq(domains.tenant, given('tenant')), eq(domains.id, given('id'))))
      .for('update')
      .prepare('lock_domain'),
    findOperation: db
      .select()
      .from(operations)
      .where(eq(operations.id, given('id')))
      .prepare('find_operation'),
    findIdempotency: db
      .select()
      .from(idempotencyKeys)
      .where(
        and(
          eq(idempotencyKeys.caller, given('caller')),
          eq(idempotencyKeys.route, given('route')),
          eq(idempotencyKeys.key, given('key')),
        ),
      )
      .prepare('find_idempotency'),
  };
}
