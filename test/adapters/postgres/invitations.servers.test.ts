import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_PENDING_INVITATIONS } from '../../../domain/invitation.ts';
import type { Invitation } from '../../../domain/invitation.ts';
import type { AcceptRequest } from '../../../ports/registry-store.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from './registry-database.ts';

const ISSUER = 'https://id.example.test/realms/acme';
const NOW = 10_000;
const LATER = 20_000;
const AT_ONCE = 50;

let registry: RegistryDatabase;
beforeAll(async () => {
  registry = await registryDatabase();
});
afterAll(() => registry.close());

const admin = (text: string, values: unknown[] = []) => registry.admin.query(text, values);

/** An active tenant with this first admin. */
async function aTenant(adminEmail = 'ann@example.com'): Promise<string> {
  const request = provisionRequest();
  const adminMember = randomUUID();
  const input = { ...request.operation.input, adminEmail, adminMember };
  const operation = { ...request.operation, input };
  const { tenant } = await accepted(registry.api.operations, { ...request, operation });
  await admin(`update tenants set state = 'active', issuer = $2 where id = $1`, [tenant, ISSUER]);
  await admin(
    `insert into memberships (tenant, id, state, issuer, sub, roles)
     values ($1, $2, 'active', $3, 'ann', '{org-owner}')`,
    [tenant, adminMember, ISSUER],
  );
  return tenant;
}

function inviteRequest(tenant: string, email: string): AcceptRequest {
  const offer = { member: randomUUID(), roles: ['org-member'] };
  return {
    operation: { id: randomUUID(), kind: 'inviteMember', tenant, actor: 'operator', input: offer },
    newInvitation: { ...offer, email },
    secrets: new Map(),
    nowMs: 2_000,
  };
}

/** An invitation with a token that is good until LATER. */
async function invited(tenant: string, email = `${randomUUID()}@example.com`) {
  const { id } = await accepted(registry.api.operations, inviteRequest(tenant, email));
  const hash = randomBytes(32);
  const token = { hash, mailing: 1, expiresAtMs: LATER };
  await registry.worker.invitations.putToken(tenant, id, token);
  return { id, hash, email };
}

const who = (sub: string) => ({ issuer: ISSUER, sub });
const takers = Array.from({ length: AT_ONCE }, (_, at) => who(`taker-${at}`));

describe('accepting', () => {
  test('of fifty at once exactly one has the invitation', async () => {
    const tenant = await aTenant();
    const { id, hash } = await invited(tenant);
    const { invitations } = registry.api;
    const taken = await Promise.all(
      takers.map((identity) => invitations.take(tenant, hash, identity, NOW)),
    );
    const winners = taken.filter((row) => row !== undefined);
    expect(winners).toHaveLength(1);
    const row = await invitations.findInvitation(tenant, id);
    expect(row).toEqual(winners[0]);
    expect(row).toMatchObject({
      state: 'accepted',
      endedAtMs: NOW,
      endedBy: `member:${row?.member}`,
    });
  });

  test('negative control: looked at first and written then, more than one has it', async () => {
    const tenant = await aTenant();
    const { id, hash } = await invited(tenant);
    const { invitations } = registry.api;
    const taken = await Promise.all(
      takers.map(async ({ issuer, sub }) => {
        const open = await invitations.findOpen(tenant, hash, NOW);
        if (open === undefined) return undefined;
        const text = `update invitations set state = 'accepted', issuer = $3, sub = $4
                      where tenant = $1 and id = $2`;
        await admin(text, [tenant, id, issuer, sub]);
        return open;
      }),
    );
    expect(taken.filter((row) => row !== undefined).length).toBeGreaterThan(1);
  });

  test('one person with ten invitations at once takes one', async () => {
    const tenant = await aTenant();
    const ten = await Promise.all(Array.from({ length: 10 }, () => invited(tenant)));
    const { invitations } = registry.api;
    const taken = await Promise.all(
      ten.map(({ hash }) => invitations.take(tenant, hash, who('eager'), NOW)),
    );
    expect(taken.filter((row) => row !== undefined)).toHaveLength(1);
  });

  test.each([
    ['expired', '', LATER],
    ['revoked', `update invitations set state = 'revoked' where tenant = $1`, NOW],
    ['of a frozen tenant', `update tenants set state = 'frozen' where id = $1`, NOW],
    [
      'of a tenant with another issuer',
      `update tenants set issuer = 'https://x' where id = $1`,
      NOW,
    ],
  ])('one that is %s is taken by nobody', async (_what, change, nowMs) => {
    const tenant = await aTenant();
    const { hash } = await invited(tenant);
    if (change !== '') await admin(change, [tenant]);
    expect(await registry.api.invitations.take(tenant, hash, who('bob'), nowMs)).toBeUndefined();
  });

  test('a member takes no second membership, whatever its state', async () => {
    const tenant = await aTenant();
    const { hash } = await invited(tenant);
    const { invitations } = registry.api;
    expect(await invitations.take(tenant, hash, who('ann'), NOW)).toBeUndefined();
    await admin(`update memberships set state = 'inactive' where tenant = $1`, [tenant]);
    expect(await invitations.take(tenant, hash, who('ann'), NOW)).toBeUndefined();
    expect(await invitations.take(tenant, hash, who('bob'), NOW)).toBeDefined();
  });

  test('looking consumes nothing, and shows the tenant', async () => {
    const tenant = await aTenant();
    const { id, hash } = await invited(tenant);
    const { invitations } = registry.api;
    await invitations.findOpen(tenant, hash, NOW);
    expect(await invitations.findOpen(tenant, hash, NOW)).toMatchObject({
      ...{ invitation: { id, state: 'pending' }, tenant: { id: tenant, issuer: ISSUER } },
    });
    expect(await invitations.findOpen(tenant, hash, LATER)).toBeUndefined();
  });

  test('a token is good in its own tenant only', async () => {
    const [ours, theirs] = [await aTenant(), await aTenant()];
    const { hash } = await invited(theirs);
    const { invitations } = registry.api;
    expect(await invitations.findOpen(ours, hash, NOW)).toBeUndefined();
    expect(await invitations.take(ours, hash, who('bob'), NOW)).toBeUndefined();
  });
});

describe('tokens', () => {
  test('a new one kills the one before; a late attempt of an older mailing changes nothing', async () => {
    const tenant = await aTenant();
    const { id, hash } = await invited(tenant);
    const { invitations } = registry.worker;
    const second = { hash: randomBytes(32), mailing: 2, expiresAtMs: LATER };
    expect(await invitations.putToken(tenant, id, second)).toMatchObject({ id });
    const first = { hash, mailing: 1, expiresAtMs: LATER };
    expect(await invitations.putToken(tenant, id, first)).toBeUndefined();
    expect(await registry.api.invitations.findOpen(tenant, hash, NOW)).toBeUndefined();
    expect(await registry.api.invitations.findOpen(tenant, second.hash, NOW)).toBeDefined();
  });

  test('what has ended gets none', async () => {
    const tenant = await aTenant();
    const { id } = await invited(tenant);
    expect(await registry.api.invitations.revoke(tenant, id, 'operator', NOW)).toMatchObject({
      ...{ state: 'revoked', endedBy: 'operator' },
    });
    const token = { hash: randomBytes(32), mailing: 2, expiresAtMs: LATER };
    expect(await registry.worker.invitations.putToken(tenant, id, token)).toBeUndefined();
    expect(await registry.api.invitations.revoke(tenant, id, 'operator', NOW)).toBeUndefined();
  });
});

describe('inviting', () => {
  test('an address has one pending invitation in a tenant, however it is written', async () => {
    const [ours, theirs] = [await aTenant(), await aTenant()];
    const { operations } = registry.api;
    await invited(ours, 'bob@example.com');
    const again = await operations.accept(inviteRequest(ours, 'BOB@Example.com'));
    expect(again).toEqual({ outcome: 'invitation-pending' });
    const elsewhere = await operations.accept(inviteRequest(theirs, 'bob@example.com'));
    expect(elsewhere).toMatchObject({ outcome: 'accepted' });
  });

  test('a refused one leaves no operation behind', async () => {
    const tenant = await aTenant();
    await invited(tenant, 'bob@example.com');
    const request = inviteRequest(tenant, 'bob@example.com');
    await registry.api.operations.accept(request);
    expect(await registry.api.operations.findOperation(request.operation.id)).toBeUndefined();
  });

  test('the same request again is the same invitation', async () => {
    const tenant = await aTenant();
    const request = inviteRequest(tenant, 'bob@example.com');
    await accepted(registry.api.operations, request);
    expect(await registry.api.operations.accept(request)).toMatchObject({
      ...{ outcome: 'replayed', operation: { id: request.operation.id } },
    });
  });

  test('a tenant has as many pending ones as it may have, also when many ask at once', async () => {
    const tenant = await aTenant();
    await admin(
      `insert into invitations (tenant, id, member, email, email_key, roles, state, invited_at)
       select $1, gen_random_uuid(), gen_random_uuid(), n, n, '{}', 'pending', now()
       from generate_series(1, $2::int) as n`,
      [tenant, MAX_PENDING_INVITATIONS - 2],
    );
    const asked = await Promise.all(
      takers.slice(0, 10).map(({ sub }) => {
        const request = inviteRequest(tenant, `${sub}@example.com`);
        return registry.api.operations.accept(request);
      }),
    );
    const outcomes = asked.map(({ outcome }) => outcome).toSorted();
    expect(outcomes).toEqual([
      ...['accepted', 'accepted'],
      ...Array<string>(8).fill('invitation-limit'),
    ]);
    await admin(`update invitations set state = 'expired' where tenant = $1`, [tenant]);
    expect(
      await registry.api.operations.accept(inviteRequest(tenant, 'x@example.com')),
    ).toMatchObject({ outcome: 'accepted' });
  });

  test('nobody holds the tenant lock while people think', async () => {
    const tenant = await aTenant();
    await admin('update operations set holds_lock = false where tenant = $1', [tenant]);
    await invited(tenant);
    const { rows } = await admin('select 1 from operations where tenant = $1 and holds_lock', [
      tenant,
    ]);
    expect(rows).toEqual([]);
  });

  test('who was let in under an address is found by it, as long as there is a membership', async () => {
    const tenant = await aTenant('Ann@Example.com');
    const { invitations } = registry.api;
    expect(await invitations.findMemberByEmail(tenant, 'ann@example.COM')).toBeDefined();
    expect(await invitations.findMemberByEmail(tenant, 'bob@example.com')).toBeUndefined();
    const { hash } = await invited(tenant, 'Bob@example.com');
    const taken = await invitations.take(tenant, hash, who('bob'), NOW);
    await admin(
      `insert into memberships (tenant, id, state, roles) values ($1, $2, 'active', '{}')`,
      [tenant, taken?.member],
    );
    expect(await invitations.findMemberByEmail(tenant, 'bob@example.com')).toBe(taken?.member);
    await admin('delete from memberships where tenant = $1', [tenant]);
    expect(await invitations.findMemberByEmail(tenant, 'bob@example.com')).toBeUndefined();
    expect(await invitations.findMemberByEmail(tenant, 'ann@example.com')).toBeUndefined();
  });

  test('lists are newest first, in pages, by state', async () => {
    const tenant = await aTenant();
    const ids: string[] = [];
    for (const nowMs of [3_000, 4_000, 5_000]) {
      const request = { ...inviteRequest(tenant, `${nowMs}@example.com`), nowMs };
      ids.unshift((await accepted(registry.api.operations, request)).id);
    }
    const { invitations } = registry.api;
    const list = async (query: object) =>
      (await invitations.listInvitations({ tenant, limit: 2, ...query })).map(({ id }) => id);
    expect(await list({})).toEqual(ids.slice(0, 2));
    expect(await list({ after: { invitedAtMs: 4_000, id: ids[1] } })).toEqual(ids.slice(2));
    expect(await list({ state: 'revoked' })).toEqual([]);
    await invitations.revoke(tenant, ids[2] ?? '', 'operator', NOW);
    expect(await list({ state: 'revoked' })).toEqual([ids[2]]);
  });

  test('pages hold every row once, also of one millisecond, and after a row that is gone', async () => {
    const tenant = await aTenant();
    const { invitations, operations } = registry.api;
    for (let at = 0; at < 5; at += 1)
      await accepted(operations, { ...inviteRequest(tenant, `${at}@example.com`), nowMs: 3_001 });
    const all = await invitations.listInvitations({ tenant, limit: 5 });
    const seen: string[] = [];
    for (let after: Invitation | undefined; ;) {
      const query = after === undefined ? { tenant } : { tenant, after };
      const page = await invitations.listInvitations({ ...query, limit: 2 });
      seen.push(...page.map(({ id }) => id));
      after = page.at(-1);
      if (after === undefined) break;
      await registry.worker.invitations.withdraw(tenant, after.id);
    }
    expect(seen).toEqual(all.map(({ id }) => id));
  });
});

describe('what ended and was not settled', () => {
  test('is listed over all tenants, oldest first, in pages that nobody falls between', async () => {
    const { invitations } = registry.worker;
    const ended = await Promise.all(
      // Three of one millisecond.
      [NOW + 1, NOW, NOW, NOW].map(async (nowMs) => {
        const tenant = await aTenant();
        const { id } = await invited(tenant);
        return registry.api.invitations.revoke(tenant, id, 'operator', nowMs);
      }),
    );
    const ids: string[] = [];
    for (let [last] = await invitations.listUnsettled(0, 1); last !== undefined;) {
      ids.push(last.id);
      // Settled meanwhile: it is no row that the worker sees any more.
      await admin('update invitations set settled_at = now() where id = $1', [last.id]);
      [last] = await invitations.listUnsettled(0, 1, last);
    }
    const ours = ids.filter((id) => ended.some((row) => row?.id === id));
    expect(ours.slice(0, 3).toSorted()).toEqual(ours.slice(0, 3));
    expect([ours.length, ours[3]]).toEqual([ended.length, ended[0]?.id]);
  });
});
