import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createStore } from '../../adapters/postgres/store.ts';
import type { Rule } from '../../domain/decision.ts';
import { changeRoles } from '../../domain/membership-roles.ts';
import { activateTenant } from '../../domain/provisioning.ts';
import { toBase64Url } from '../../facts/core/bytes.ts';
import { checkNext, EMPTY_HEAD } from '../../facts/core/chain.ts';
import { parsePayload } from '../../facts/core/payload.ts';
import { leafHash } from '../../facts/crypto/hash.ts';
import type { CommitStore, Operation } from '../../ports/registry-store.ts';
import { commitStep } from '../../registry/commit.ts';
import { declarePlatform } from '../../registry/platform.ts';
import { readManifests } from '../../adapters/manifests/read.ts';
import { eventually } from '../support/eventually.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
  SEALING_KEY,
  type RegistryDatabase,
} from '../adapters/postgres/registry-database.ts';

const LOG = { log: 'tenure.test/commit', epoch: 1 };
const PARALLEL = 50;

let registry: RegistryDatabase;
beforeAll(async () => {
  registry = await registryDatabase();
  const clock = { nowMs: () => 0 };
  const ids = { uuid: () => randomUUID() as string };
  await declarePlatform({ ...registry.worker, clock, ids }, LOG, await readManifests());
});
afterAll(() => registry.close());

/** One fact each time: a project of that id. */
const addProject: Rule<{ project: string }> = (_view, { project }) => ({
  changes: [],
  facts: [
    { kind: 'project', subject: `project:${project}`, op: 'assert', body: { state: 'active' } },
  ],
  audit: [{ action: 'project.added', target: `project:${project}`, detail: {} }],
});

const projectStep = (tenant: string) => ({
  operation: randomUUID(),
  step: 'add',
  tenant,
  actor: 'operator',
  rule: addProject,
  command: { project: randomUUID() },
  atMs: 1_000,
  releaseLock: false,
});

async function reserved() {
  return accepted(registry.api.operations, provisionRequest());
}

function activationOf({ id, tenant, actor }: Operation, over: { releaseLock?: boolean } = {}) {
  const command = {
    tenant,
    issuer: 'https://id.example.test/realms/acme',
    databaseUrl: 'http://db.example.test',
    adminMember: randomUUID(),
    adminSub: randomUUID(),
  };
  const step = { operation: id, step: 'activate', tenant, actor, rule: activateTenant, command };
  return { ...step, ...{ atMs: 1_000, releaseLock: true, ...over } };
}

async function activated(over: { releaseLock?: boolean } = {}) {
  const operation = await reserved();
  const step = activationOf(operation, over);
  const result = await commitStep(registry.worker.commits, LOG, step);
  return { operation, step, result };
}

/** The outbox holds an unbroken chain of the tenant, in the order in which it will be signed. */
async function checkChain(tenant: string): Promise<number> {
  const { rows } = await registry.admin.query<{ payload: Buffer; leaf_hash: Buffer }>(
    'select payload, leaf_hash from outbox where tenant = $1 order by id',
    [tenant],
  );
  let head = EMPTY_HEAD;
  for (const { payload, leaf_hash: stored } of rows) {
    const fact = parsePayload(payload);
    checkNext(fact, head);
    const hash = toBase64Url(leafHash(payload));
    expect(toBase64Url(stored)).toBe(hash);
    head = { seq: fact.seq, hash };
  }
  const { rows: heads } = await registry.admin.query<{ seq: string; hash: Buffer }>(
    'select seq, hash from tenant_heads where tenant = $1',
    [tenant],
  );
  expect({ seq: Number(heads[0]?.seq), hash: toBase64Url(heads[0]!.hash) }).toEqual(head);
  return rows.length;
}

/** Transactions of this database that wait until another one lets a chain's head go. */
async function waitingForHeads() {
  const { rowCount } = await registry.admin.query(
    `select from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query like '%tenant_heads%'`,
  );
  return rowCount;
}

async function rowsOf(tenant: string) {
  const counts = [];
  for (const table of ['outbox', 'audit', 'commits', 'memberships', 'entitlements']) {
    const found = await registry.admin.query(`select from ${table} where tenant = $1`, [tenant]);
    counts.push(found.rowCount);
  }
  return counts;
}

describe('one commit', () => {
  test('writes state, audit, facts and idempotency together, and ends the tenant lock', async () => {
    const { operation, result } = await activated();
    const { tenant } = operation;
    expect(result.replayed).toBe(false);
    expect(result.facts.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(await rowsOf(tenant)).toEqual([4, 1, 1, 1, 2]);
    expect(await checkChain(tenant)).toBe(4);
    expect((await registry.api.tenants.findTenant(tenant))?.state).toBe('active');
    const [owner] = await registry.api.tenants.listMembers(tenant);
    expect(owner).toMatchObject({ state: 'active', roles: ['org-owner'] });
    expect(await registry.api.tenants.findMember(tenant, owner!.id)).toEqual(owner);
    const locks = 'select from operations where tenant = $1 and holds_lock';
    expect((await registry.admin.query(locks, [tenant])).rowCount).toBe(0);
  });

  test('keeps the lock of the operation where the step table does not end it', async () => {
    const { operation } = await activated({ releaseLock: false });
    const locks = 'select from operations where tenant = $1 and holds_lock';
    expect((await registry.admin.query(locks, [operation.tenant])).rowCount).toBe(1);
  });

  test('facts name log, operation, actor and the time of the saga, not of this machine', async () => {
    const { operation } = await activated();
    const { rows } = await registry.admin.query<{ payload: Buffer }>(
      'select payload from outbox where tenant = $1 and seq = 1',
      [operation.tenant],
    );
    expect(parsePayload(rows[0]!.payload)).toMatchObject({
      ...LOG,
      tenant: operation.tenant,
      at: '1970-01-01T00:00:01.000Z',
      cause: { operation: operation.id, actor: 'operator' },
    });
  });

  test('again gives the same facts and writes nothing', async () => {
    const { operation, step, result } = await activated();
    const again = await commitStep(registry.worker.commits, LOG, { ...step, atMs: 9_000 });
    expect(again).toEqual({ facts: result.facts, replayed: true });
    expect(await rowsOf(operation.tenant)).toEqual([4, 1, 1, 1, 2]);
  });

  test('the same operation and step with another command is a bug and says so', async () => {
    const { step } = await activated();
    const command = { ...step.command, adminSub: 'another' };
    await expect(
      commitStep(registry.worker.commits, LOG, { ...step, command }),
    ).rejects.toMatchObject({ name: 'CommitKeyReusedError' });
  });

  test('that the rule refuses leaves nothing behind', async () => {
    const { operation } = await activated();
    const before = await rowsOf(operation.tenant);
    const [owner] = await registry.api.tenants.listMembers(operation.tenant);
    const step = {
      ...projectStep(operation.tenant),
      rule: changeRoles,
      command: { member: owner!.id, roles: [] },
    };
    await expect(commitStep(registry.worker.commits, LOG, step)).rejects.toMatchObject({
      name: 'RefusedError',
      code: 'last-owner',
    });
    expect(await rowsOf(operation.tenant)).toEqual(before);
    expect(await registry.api.tenants.listMembers(operation.tenant)).toEqual([owner]);
  });

  test('that fails after its writes leaves nothing behind', async () => {
    const { tenant } = await reserved();
    const cut: CommitStore = {
      transact: (tenants, work) =>
        registry.worker.commits.transact(tenants, (transaction) =>
          work({ ...transaction, saveCommit: () => Promise.reject(new Error('cut')) }),
        ),
    };
    await expect(commitStep(cut, LOG, projectStep(tenant))).rejects.toThrow('cut');
    expect(await rowsOf(tenant)).toEqual([0, 0, 0, 0, 0]);
    expect(await checkChain(tenant)).toBe(0);
  });

  test('of a tenant that is not there is refused by the rule', async () => {
    const step = { ...projectStep(randomUUID()), rule: changeRoles };
    const command = { member: randomUUID(), roles: [] };
    await expect(
      commitStep(registry.worker.commits, LOG, { ...step, command }),
    ).rejects.toMatchObject({ code: 'tenant-not-found' });
  });

  test('activation after the undo of acceptance is refused, and the other way round', async () => {
    const operation = await reserved();
    const undo = registry.worker.operations.undoAcceptance(operation.id, 5);
    const [undone, committed] = await Promise.allSettled([
      undo,
      commitStep(registry.worker.commits, LOG, activationOf(operation)),
    ]);
    expect([undone.status, committed.status].toSorted()).toEqual(['fulfilled', 'rejected']);
    const state = (await registry.api.tenants.findTenant(operation.tenant))?.state;
    expect(state).toBe(undone.status === 'fulfilled' ? 'failed' : 'active');
  });

  test('an operation is barred after the commit that is under way, which stands', async () => {
    const operation = await reserved();
    const { commits, operations } = registry.worker;
    let barring: Promise<void> | undefined;
    const slow: CommitStore = {
      transact: (tenants, work) =>
        commits.transact(tenants, async (transaction) => {
          barring = operations.bar(operation.id);
          await eventually(async () => expect(await waitingForHeads()).toBe(1));
          return work(transaction);
        }),
    };
    await commitStep(slow, LOG, activationOf(operation));
    await barring;
    expect((await registry.api.tenants.findTenant(operation.tenant))?.state).toBe('active');
  });

  test('a step that comes to commit after its operation was barred is refused', async () => {
    const operation = await reserved();
    const { worker } = registry;
    const step = activationOf(operation);
    const stateNow = async () => (await registry.api.tenants.findTenant(operation.tenant))?.state;
    await worker.operations.bar(operation.id);
    await worker.operations.bar(operation.id);
    const refused = { name: 'StoreError', code: 'operation-barred' };
    await expect(commitStep(worker.commits, LOG, step)).rejects.toMatchObject(refused);
    expect(await checkChain(operation.tenant)).toBe(0);
    expect(await stateNow()).toBe('provisioning');
    // Negative control: nothing else stood in its way.
    await registry.admin.query('update operations set barred = false where id = $1', [
      operation.id,
    ]);
    await commitStep(worker.commits, LOG, step);
    expect(await stateNow()).toBe('active');
  });

  test('what was committed before is answered again, barred or not', async () => {
    const operation = await reserved();
    const step = activationOf(operation);
    const first = await commitStep(registry.worker.commits, LOG, step);
    await registry.worker.operations.bar(operation.id);
    const again = await commitStep(registry.worker.commits, LOG, step);
    expect(again).toEqual({ ...first, replayed: true });
  });
});

describe('many commits at once', () => {
  test('50 on one tenant number its facts without gap and chain them', async () => {
    const { tenant } = await reserved();
    const results = await Promise.all(
      Array.from({ length: PARALLEL }, () =>
        commitStep(registry.worker.commits, LOG, projectStep(tenant)),
      ),
    );
    const numbers = results.flatMap(({ facts }) => facts.map(({ seq }) => seq));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: PARALLEL }, (_, at) => at + 1),
    );
    expect(await checkChain(tenant)).toBe(PARALLEL);
  });

  test('two sagas in two processes on one tenant keep it so', async () => {
    const { tenant } = await reserved();
    const { databaseUrl } = registry;
    const other = createStore({ databaseUrl, role: 'tenure_worker', sealingKey: SEALING_KEY });
    try {
      const saga = async (commits: CommitStore) => {
        for (let at = 0; at < 10; at += 1) await commitStep(commits, LOG, projectStep(tenant));
      };
      await Promise.all([saga(registry.worker.commits), saga(other.commits)]);
      expect(await checkChain(tenant)).toBe(20);
    } finally {
      await other.close();
    }
  });

  test('50 retries of one commit at once write it once', async () => {
    const { tenant } = await reserved();
    const step = projectStep(tenant);
    const results = await Promise.all(
      Array.from({ length: PARALLEL }, () => commitStep(registry.worker.commits, LOG, step)),
    );
    expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(results.map(({ facts }) => facts[0]?.id)).size).toBe(1);
    expect(await checkChain(tenant)).toBe(1);
  });

  test('commits on two chains in opposite order do not wait for each other for ever', async () => {
    const [a, b] = [(await reserved()).tenant, (await reserved()).tenant];
    const touch = (tenants: string[]) =>
      registry.worker.commits.transact(tenants, async (transaction) => {
        const heads = [await transaction.head(a), await transaction.head(b)];
        return heads.map(({ seq }) => seq);
      });
    const orders = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? [a, b] : [b, a]));
    expect(await Promise.all(orders.map(touch))).toEqual(orders.map(() => [0, 0]));
  });

  test('negative control: without the head lock commits take the same number, and it shows', async () => {
    const { tenant } = await reserved();
    const unlocked = withoutHeadLock(registry.worker.commits);
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => commitStep(unlocked, LOG, projectStep(tenant))),
    );
    expect(results.some(({ status }) => status === 'rejected')).toBe(true);
    // What did commit is still a chain: unique (tenant, seq) and the head's own check stand.
    await checkChain(tenant);
  });
});

/** Reads the head as it was before the transaction, as a commit without FOR UPDATE would. */
function withoutHeadLock(commits: CommitStore): CommitStore {
  return {
    transact: (tenants, work) =>
      commits.transact([randomUUID()], async (transaction) =>
        work({
          ...transaction,
          head: async () => {
            const { rows } = await registry.admin.query<{ seq: string; hash: Buffer }>(
              'select seq, hash from tenant_heads where tenant = $1',
              [tenants[0]],
            );
            await new Promise(setImmediate);
            return { seq: Number(rows[0]!.seq), hash: rows[0]!.hash, epoch: 1 };
          },
        }),
      ),
  };
}
