import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IN_TURNS } from '../../../domain/operation.ts';
import type { OperationKind, SagaState } from '../../../domain/operation.ts';
import type { Operation } from '../../../ports/registry-store.ts';
import {
  accepted,
  changeRequest,
  provisionRequest,
  registryDatabase,
  type RegistryDatabase,
} from './registry-database.ts';

let registry: RegistryDatabase;
beforeAll(async () => {
  registry = await registryDatabase();
});
afterAll(() => registry.close());

const accept = () => accepted(registry.api.operations, provisionRequest());
/** Of a kind that holds no lock, so that a tenant may have many. */
const acceptFree = (tenant: string, kind: OperationKind = 'inviteMember') => {
  const operation = { ...changeRequest(tenant).operation, kind };
  return accepted(registry.api.operations, { ...changeRequest(tenant), operation });
};
const find = (id: string) => registry.worker.operations.findOperation(id);
const actionsOf = async ({ id }: Operation) => {
  const text = 'select action from audit where operation = $1 order by id';
  const { rows } = await registry.admin.query<{ action: string }>(text, [id]);
  return rows.map(({ action }) => action);
};
const parked = {
  state: 'parked',
  reason: { step: 'identity', code: 'identity.unavailable', message: 'No answer.' },
  steps: [{ name: 'identity', state: 'parked', startedAtMs: 5 }],
} as const;

describe('the life of an operation', () => {
  test('is not there for an id that nobody made', async () => {
    expect(await find(randomUUID())).toBeUndefined();
    await registry.worker.operations.markStarted(randomUUID());
  });

  test('starting moves it from accepted to running, and never back from another state', async () => {
    const { id } = await accept();
    await registry.api.operations.markStarted(id);
    expect((await find(id))?.state).toBe('running');
    await registry.worker.operations.recordProgress(id, parked, 5);
    await registry.worker.operations.markStarted(id);
    expect((await find(id))?.state).toBe('parked');
  });

  test('progress keeps reason and checklist; an ended one is never changed again', async () => {
    const { id } = await accept();
    await registry.worker.operations.recordProgress(id, parked, 5);
    expect(await find(id)).toMatchObject({ ...parked, endedAtMs: null });
    const done = { state: 'done', reason: null, steps: [] } as const;
    await registry.worker.operations.recordProgress(id, done, 9);
    await registry.worker.operations.recordProgress(id, parked, 10);
    expect(await find(id)).toMatchObject({ ...done, endedAtMs: 9 });
  });

  test('an ended operation holds no tenant lock', async () => {
    const { id, tenant } = await accept();
    const unwound = { state: 'unwound', reason: parked.reason, steps: [] } as const;
    await registry.worker.operations.recordProgress(id, unwound, 9);
    await accepted(registry.api.operations, changeRequest(tenant));
  });

  test('parking leaves one audit row per cause, however often it is told', async () => {
    const operation = await accept();
    const { recordProgress } = registry.worker.operations;
    await recordProgress(operation.id, parked, 5);
    await recordProgress(operation.id, parked, 6);
    await recordProgress(operation.id, { ...parked, state: 'running', reason: null }, 7);
    await recordProgress(operation.id, parked, 8);
    const failed = 'identity.provision_failed';
    expect(await actionsOf(operation)).toEqual([failed, failed]);
  });
});

describe('the undo of acceptance', () => {
  test('fails the tenant, ends the lock and removes its secrets; again is harmless', async () => {
    const secrets = new Map([['identity-provider/x', 's3cret']]);
    const operation = await accepted(registry.api.operations, { ...provisionRequest(), secrets });
    expect(await registry.worker.secrets.find(operation.tenant, 'identity-provider/x')).toBe(
      's3cret',
    );
    await registry.worker.operations.undoAcceptance(operation.id, 5);
    await registry.worker.operations.undoAcceptance(operation.id, 6);
    expect((await registry.api.tenants.findTenant(operation.tenant))?.state).toBe('failed');
    expect(
      await registry.worker.secrets.find(operation.tenant, 'identity-provider/x'),
    ).toBeUndefined();
    const locks = await registry.admin.query(
      'select from operations where tenant = $1 and holds_lock',
      [operation.tenant],
    );
    expect(locks.rowCount).toBe(0);
    expect(await actionsOf(operation)).toEqual(['tenant.failed']);
  });

  test('is refused after the pivot and leaves everything as it is', async () => {
    const operation = await accept();
    await registry.admin.query(`update tenants set state = 'active' where id = $1`, [
      operation.tenant,
    ]);
    await expect(registry.worker.operations.undoAcceptance(operation.id, 5)).rejects.toMatchObject({
      name: 'StoreError',
      code: 'undo-refused',
    });
    expect((await registry.api.tenants.findTenant(operation.tenant))?.state).toBe('active');
  });
});

describe('lists', () => {
  test('page by page, newest first, each operation once, also of one millisecond', async () => {
    const made = await Promise.all(Array.from({ length: 7 }, accept));
    const ids: string[] = [];
    for (;;) {
      const after = ids.at(-1);
      const page = await registry.api.operations.listOperations({
        limit: 3,
        ...(after === undefined ? {} : { after }),
      });
      if (page.length === 0) break;
      ids.push(...page.map(({ id }) => id));
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
  });

  test('by state and by tenant', async () => {
    const { id, tenant } = await accept();
    await registry.worker.operations.recordProgress(id, parked, 5);
    const query = { limit: 10, tenant, state: 'parked' } as const;
    const found = await registry.api.operations.listOperations(query);
    expect(found.map((operation) => operation.id)).toEqual([id]);
    const none = await registry.api.operations.listOperations({ ...query, state: 'done' });
    expect(none).toEqual([]);
  });

  test('the starter finds what was accepted and not started, oldest first, by age', async () => {
    const first = await accept();
    const second = await accept();
    const started = await accept();
    await registry.api.operations.markStarted(started.id);
    const ids = (await registry.worker.operations.listUnstarted(0, 100)).map(({ id }) => id);
    expect(ids).not.toContain(started.id);
    expect(ids.indexOf(first.id)).toBeLessThan(ids.indexOf(second.id));
    // Accepted in 1970 by the API's clock: the age is by the database's.
    expect(await registry.worker.operations.listUnstarted(3_600_000, 100)).toEqual([]);
  });

  test('the starter finds tenants in turns: one that has many hides no other', async () => {
    const { tenant } = await accept();
    const accepting = Array.from({ length: 5 }, () => acceptFree(tenant));
    const many = new Set((await Promise.all(accepting)).map(({ id }) => id));
    const other = await accept();
    const ids = (await registry.worker.operations.listUnstarted(0, 1_000)).map(({ id }) => id);
    const before = ids.slice(0, ids.indexOf(other.id)).filter((id) => many.has(id));
    expect(before).toHaveLength(1);
    expect(ids.filter((id) => many.has(id))).toHaveLength(many.size);
  });

  test('nor a revocation of its own: what may wait for its turn is counted for itself', async () => {
    const tenant = randomUUID();
    const many = [await acceptFree(tenant), await acceptFree(tenant)].map(({ id }) => id);
    const { id } = await acceptFree(tenant, 'changeMembership');
    const listed = await registry.worker.operations.listUnstarted(0, 1_000);
    const theirs = listed.filter((each) => each.tenant === tenant).map((each) => each.id);
    expect(theirs).toEqual([many[0], id, many[1]]);
  });

  test('of a tenant those of some kinds are counted by their states', async () => {
    const { id, tenant } = await accept();
    await registry.api.operations.markStarted(id);
    const count = (role: 'api' | 'worker', ...states: SagaState[]) =>
      registry[role].operations.countOperations(tenant, IN_TURNS, states);
    const [first] = [await acceptFree(tenant), await acceptFree(tenant)];
    expect(await count('worker', 'running')).toBe(0);
    expect(await count('worker', 'accepted')).toBe(2);
    await registry.api.operations.markStarted(first.id);
    expect(await count('worker', 'running')).toBe(1);
    expect(await count('api', 'accepted', 'running')).toBe(2);
    const waiting = { state: 'waiting', reason: null, steps: [] } as const;
    await registry.worker.operations.recordProgress(first.id, waiting, 5);
    expect(await count('worker', 'running')).toBe(0);
    expect(
      await registry.worker.operations.countOperations(randomUUID(), IN_TURNS, ['accepted']),
    ).toBe(0);
  });

  test('tenants page by page in order of their making', async () => {
    const made: string[] = [];
    for (const createdAtMs of [5_000, 5_000, 5_001]) {
      const request = provisionRequest({ createdAtMs });
      made.push((await accepted(registry.api.operations, request)).tenant);
    }
    const listed: string[] = [];
    let after: { createdAtMs: number; id: string } | undefined = {
      createdAtMs: 4_999,
      id: made[0]!,
    };
    while (after !== undefined) {
      const [next] = await registry.api.tenants.listTenants({ after, limit: 1 });
      if (next !== undefined) listed.push(next.id);
      after = next && { createdAtMs: next.createdAtMs, id: next.id };
    }
    expect(listed.toSorted()).toEqual(made.toSorted());
    expect(listed.at(-1)).toBe(made.at(-1));
  });
});
