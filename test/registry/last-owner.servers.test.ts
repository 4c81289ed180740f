import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Rule } from '../../domain/decision.ts';
import { changeMembership, type MembershipChange } from '../../domain/membership-change.ts';
import type { CommitStore } from '../../ports/registry-store.ts';
import { commitStep } from '../../registry/commit.ts';
import { registryDatabase, type RegistryDatabase } from '../adapters/postgres/registry-database.ts';
import { tenantOf } from '../domain/views.ts';

const LOG = { log: 'tenure.test/last-owner', epoch: 1 };
const OWNERS = 50;

let registry: RegistryDatabase;
beforeAll(async () => {
  registry = await registryDatabase();
});
afterAll(() => registry.close());

/** A tenant of many owners. */
async function aTenantOfOwners() {
  const tenant = randomUUID();
  const slug = `t-${tenant.slice(0, 8)}`;
  const { displayName, plan } = tenantOf();
  await registry.admin.query(
    `insert into tenants (id, slug, host, display_name, state, isolation, plan, demo, created_at)
     values ($1, $2, $2, $3, 'active', 'silo', $4, false, now())`,
    [tenant, slug, displayName, plan],
  );
  const head = 'insert into tenant_heads (tenant, seq, hash) values ($1, 0, $2)';
  await registry.admin.query(head, [tenant, Buffer.alloc(32)]);
  const owners = Array.from({ length: OWNERS }, () => randomUUID());
  await registry.admin.query(
    `insert into memberships (tenant, id, state, issuer, sub, roles)
     select $1, id, 'active', 'https://id.test', id, '{org-owner}' from unnest($2::uuid[]) as row (id)`,
    [tenant, owners],
  );
  return { tenant, owners };
}

type Change = (member: string) => MembershipChange;
const leave: Change = (member) => ({ change: 'leave', member, sub: null });
const deactivate: Change = (member) => ({ change: 'deactivate', member });
const loseRoles: Change = (member) => ({ change: 'roles', member, roles: [] });

interface Guards {
  readonly store?: CommitStore;
  readonly rule?: Rule<MembershipChange>;
}

/** All owners at once; gives how many are left, and the refusals. */
async function all(change: Change, guards: Guards = {}) {
  const { tenant, owners } = await aTenantOfOwners();
  const results = await Promise.allSettled(
    owners.map((member) =>
      commitStep(guards.store ?? registry.worker.commits, LOG, {
        ...{ operation: randomUUID(), step: 'commit', tenant, actor: 'operator', atMs: 0 },
        ...{ rule: guards.rule ?? changeMembership, command: change(member), releaseLock: true },
      }),
    ),
  );
  const members = await registry.api.tenants.listMembers(tenant);
  const left = members.filter(({ state, roles }) => state === 'active' && roles.length > 0);
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [(result.reason as { code?: string }).code] : [],
  );
  return { left: left.length, refused };
}

test.each(Object.entries({ leave, deactivate, loseRoles }))(
  `of ${OWNERS} owners one stays: %s`,
  async (_name, change) => {
    expect(await all(change)).toEqual({ left: 1, refused: ['last-owner'] });
  },
);

/** The head lock, switched off: each decides by what it saw before any of them had committed. */
function unlocked(): CommitStore {
  const { commits } = registry.worker;
  const waiting = Promise.withResolvers<void>();
  let seen = 0;
  return {
    transact: async (tenants, work) => {
      const view = await commits.transact(tenants, (transaction) =>
        transaction.view(tenants[0] ?? ''),
      );
      if (++seen === OWNERS) waiting.resolve();
      await waiting.promise;
      return commits.transact(tenants, (transaction) =>
        work({ ...transaction, view: () => Promise.resolve(view) }),
      );
    },
  };
}

test.each(Object.entries({ leave, deactivate }))(
  'negative control: decided before the head is locked, none stays: %s',
  async (_name, change) => {
    expect(await all(change, { store: unlocked() })).toEqual({ left: 0, refused: [] });
  },
);

test('negative control: without the rule none stays', async () => {
  const careless: Rule<MembershipChange> = (view, command, nowMs) => {
    const [one] = view.members;
    const others = one === undefined ? [] : [{ ...one, id: randomUUID() }];
    return changeMembership({ ...view, members: [...view.members, ...others] }, command, nowMs);
  };
  expect(await all(leave, { rule: careless })).toEqual({ left: 0, refused: [] });
});
