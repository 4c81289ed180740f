import { and, asc, desc, eq, isNull, ne, sql, type SQL } from 'drizzle-orm';
import type pg from 'pg';
import { normaliseEmail } from '../../domain/email.ts';
import type { Invitation } from '../../domain/invitation.ts';
import { invitations } from '../../drizzle/schema/invitations.ts';
import { tenants } from '../../drizzle/schema/tenants.ts';
import type { InvitationStore, KeptToken } from '../../ports/invitation-store.ts';
import { toInvitation, toTenant } from './rows.ts';
import { inTransaction, type Session } from './transaction.ts';

type Identity = NonNullable<Invitation['identity']>;

/** Every statement names its tenant, in row-level security and by itself. */
export function createInvitationStore(pool: pg.Pool): InvitationStore {
  const inTenant = <T>(tenant: string, work: (session: Session) => Promise<T>) =>
    inTransaction(pool, { tenant }, work);
  return {
    findInvitation: (tenant, id) =>
      inTenant(tenant, (session) => findOne(session, isOf(tenant, id))),
    listInvitations: ({ tenant, state, after, limit }) =>
      inTenant(tenant, async ({ db }) => {
        const conditions = [
          eq(invitations.tenant, tenant),
          state === undefined ? undefined : eq(invitations.state, state),
          after && isOlderThan(after),
        ];
        const rows = await db
          .select()
          .from(invitations)
          .where(and(...conditions))
          .orderBy(desc(invitations.invitedAt), desc(invitations.id))
          .limit(limit);
        return rows.map(toInvitation);
      }),
    findMemberByEmail: (tenant, email) =>
      inTenant(tenant, (session) => findMemberByEmail(session, tenant, normaliseEmail(email))),
    findOpen: (tenant, hash, nowMs) =>
      inTenant(tenant, async ({ db }) => {
        const [row] = await db
          .select()
          .from(invitations)
          .innerJoin(tenants, eq(tenants.id, invitations.tenant))
          .where(and(hasToken(tenant, hash), isOpen(nowMs)));
        return row && { invitation: toInvitation(row.invitations), tenant: toTenant(row.tenants) };
      }),
    take: (tenant, hash, identity, nowMs) =>
      inTenant(tenant, async (session) => {
        const id = await take(session, { tenant, hash, identity, nowMs });
        return id === undefined ? undefined : findOne(session, isOf(tenant, id));
      }),
    findTaken: (tenant, hash, { issuer, sub }) =>
      inTenant(tenant, (session) => {
        const isBy = and(eq(invitations.issuer, issuer), eq(invitations.sub, sub));
        return findOne(session, and(hasToken(tenant, hash), isBy));
      }),
    revoke: (tenant, id, by, nowMs) =>
      inTenant(tenant, (session) =>
        changePending(session, isOf(tenant, id), {
          ...{ state: 'revoked', tokenHash: null },
          ...{ endedAt: new Date(nowMs), endedBy: by },
        }),
      ),
    putToken: (tenant, id, token) =>
      inTenant(tenant, (session) => putToken(session, tenant, id, token)),
    withdraw: async (tenant, id) => {
      await inTenant(tenant, ({ db }) => db.delete(invitations).where(isOf(tenant, id)));
    },
    listUnsettled: (...page) =>
      inTransaction(pool, {}, (session) => listUnsettled(session, ...page)),
  };
}

const isOf = (tenant: string, id: string) =>
  and(eq(invitations.tenant, tenant), eq(invitations.id, id));

const hasToken = (tenant: string, hash: Uint8Array) =>
  and(eq(invitations.tenant, tenant), eq(invitations.tokenHash, hash));

const isPending = eq(invitations.state, sql`'pending'`);

function isOpen(nowMs: number): SQL | undefined {
  const inTime = sql`${invitations.expiresAt} > ${new Date(nowMs)}::timestamptz`;
  return and(isPending, inTime, sql`${tenants.state} in ('active', 'trial')`);
}

async function findOne(
  { db }: Session,
  condition: SQL | undefined,
): Promise<Invitation | undefined> {
  const [row] = await db.select().from(invitations).where(condition);
  return row && toInvitation(row);
}

/** Both of a page's order: many may be invited in one millisecond. */
function isOlderThan({ invitedAtMs, id }: Pick<Invitation, 'invitedAtMs' | 'id'>): SQL {
  return sql`(${invitations.invitedAt}, ${invitations.id}) <
    (${new Date(invitedAtMs)}::timestamptz, ${id}::uuid)`;
}

async function listUnsettled(
  { db }: Session,
  ...[olderThanMs, limit, after]: Parameters<InvitationStore['listUnsettled']>
): Promise<Invitation[]> {
  const conditions = [
    ne(invitations.state, sql`'pending'`),
    isNull(invitations.settledAt),
    sql`${invitations.endedAt} <= now() - make_interval(secs => ${olderThanMs / 1000})`,
    after === undefined ? undefined : hasEndedAfter(after),
  ];
  const rows = await db
    .select()
    .from(invitations)
    .where(and(...conditions))
    .orderBy(asc(invitations.endedAt), asc(invitations.id))
    .limit(limit);
  return rows.map(toInvitation);
}

/** By value: the row itself may be settled meanwhile, and out of the worker's sight. */
function hasEndedAfter({ endedAtMs, id }: Pick<Invitation, 'endedAtMs' | 'id'>): SQL {
  return sql`(${invitations.endedAt}, ${invitations.id}) >
    (${new Date(endedAtMs ?? 0)}::timestamptz, ${id}::uuid)`;
}

/** The first admin's address is in the operation that made the tenant; both are ASCII. */
async function findMemberByEmail(
  { client }: Session,
  tenant: string,
  key: string,
): Promise<string | undefined> {
  const { rows } = await client.query<{ member: string }>({
    name: 'find_member_by_email',
    text: `select member from (
             select member from invitations
             where tenant = $1 and email_key = $2 and state = 'accepted'
             union all
             select (input->>'adminMember')::uuid from operations
             where tenant = $1 and kind = 'provisionTenant'
               and lower(input->>'adminEmail' collate "C") = $2
           ) as known
           where exists (select from memberships where tenant = $1 and id = member) limit 1`,
    values: [tenant, key],
  });
  return rows[0]?.member;
}

interface Taking {
  readonly tenant: string;
  readonly hash: Uint8Array;
  readonly identity: Identity;
  readonly nowMs: number;
}

/**
 * Single use is the one UPDATE: of any number at once, the row's lock lets one see `pending`. The
 * advisory lock is for one person with two invitations: their second is looked at when the first
 * is committed.
 */
async function take(
  { client }: Session,
  { tenant, hash, identity, nowMs }: Taking,
): Promise<string | undefined> {
  const { issuer, sub } = identity;
  const [, { rows }] = await Promise.all([
    client.query({
      name: 'lock_identity',
      text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [JSON.stringify(['take', tenant, issuer, sub])],
    }),
    client.query<{ id: string }>({
      name: 'take_invitation',
      text: `update invitations as taken set state = 'accepted', issuer = $3, sub = $4,
               ended_at = $5, ended_by = 'member:' || member
             from tenants
             where taken.tenant = $1 and token_hash = $2 and taken.state = 'pending'
               and expires_at > $5
               and tenants.id = $1 and tenants.state in ('active', 'trial') and tenants.issuer = $3
               and not exists (select from memberships
                 where tenant = $1 and issuer = $3 and sub = $4)
               and not exists (select from invitations as other
                 where tenant = $1 and other.issuer = $3 and other.sub = $4
                   and other.state = 'accepted' and settled_at is null)
             returning taken.id`,
      values: [tenant, Buffer.from(hash), issuer, sub, new Date(nowMs)],
    }),
  ]);
  return rows[0]?.id;
}

async function changePending(
  { db }: Session,
  condition: SQL | undefined,
  values: Partial<typeof invitations.$inferInsert>,
): Promise<Invitation | undefined> {
  const [row] = await db
    .update(invitations)
    .set(values)
    .where(and(condition, isPending))
    .returning();
  return row && toInvitation(row);
}

function putToken(session: Session, tenant: string, id: string, token: KeptToken) {
  const { hash, mailing, expiresAtMs } = token;
  const isNewest = sql`${invitations.mailing} <= ${mailing}`;
  return changePending(session, and(isOf(tenant, id), isNewest), {
    ...{ tokenHash: hash, mailing, expiresAt: new Date(expiresAtMs) },
  });
}
