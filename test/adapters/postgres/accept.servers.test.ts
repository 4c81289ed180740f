import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AcceptRequest } from '../../../ports/registry-store.ts';
import { eventually } from '../../support/eventually.ts';
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

const SIMULTANEOUS = 50;
const countOf = (outcomes: readonly { outcome: string }[], outcome: string) =>
  outcomes.filter((one) => one.outcome === outcome).length;

const keyed = (request: AcceptRequest, key: string, requestHash = 'h'): AcceptRequest => ({
  ...request,
  idempotency: { caller: 'operator', route: 'POST /v1/tenants', key, requestHash },
});

const moveRequest = (tenant: string, id: string = randomUUID()): AcceptRequest => {
  const { operation, ...request } = changeRequest(tenant);
  return { ...request, operation: { ...operation, id, kind: 'moveTenant', input: { to: 'pool' } } };
};

describe('reservation', () => {
  test('accepting writes operation, reservation, chain head and lock together', async () => {
    const request = provisionRequest();
    const operation = await accepted(registry.api.operations, request);
    expect(operation).toMatchObject({
      ...request.operation,
      state: 'accepted',
      reason: null,
      steps: [],
      acceptedAtMs: 1_000,
      endedAtMs: null,
    });
    expect(await registry.api.operations.findOperation(operation.id)).toEqual(operation);
    expect(await registry.api.tenants.findTenant(operation.tenant)).toEqual(request.newTenant);
    const heads = 'select seq::int, hash from tenant_heads where tenant = $1';
    const { rows } = await registry.admin.query(heads, [operation.tenant]);
    expect(rows).toEqual([{ seq: 0, hash: Buffer.alloc(32) }]);
  });

  test('of 50 requests for one slug at the same moment exactly one wins', async () => {
    const slug = `race-${randomUUID().slice(0, 8)}`;
    const requests = Array.from({ length: SIMULTANEOUS }, () => provisionRequest({ slug }));
    const outcomes = await Promise.all(
      requests.map((request) => registry.api.operations.accept(request)),
    );
    expect(countOf(outcomes, 'accepted')).toBe(1);
    expect(countOf(outcomes, 'slug-taken')).toBe(SIMULTANEOUS - 1);
    const rows = await registry.admin.query('select from tenants where slug = $1', [slug]);
    const heads = await registry.admin.query('select from tenant_heads where tenant = any($1)', [
      requests.map(({ operation }) => operation.tenant),
    ]);
    expect([rows.rowCount, heads.rowCount]).toEqual([1, 1]);
  });

  test('a host is reserved like a slug', async () => {
    const first = provisionRequest();
    await accepted(registry.api.operations, first);
    const host = first.newTenant?.host ?? '';
    const second = await registry.api.operations.accept(provisionRequest({ host }));
    expect(second).toEqual({ outcome: 'host-taken' });
  });

  test('slug and host of a failed tenant are free again', async () => {
    const slug = `again-${randomUUID().slice(0, 8)}`;
    const first = await accepted(registry.api.operations, provisionRequest({ slug }));
    expect(await registry.api.operations.accept(provisionRequest({ slug }))).toEqual({
      outcome: 'slug-taken',
    });
    await registry.worker.operations.undoAcceptance(first.id, 2_000);
    const second = await accepted(registry.api.operations, provisionRequest({ slug }));
    const found = await registry.api.tenants.findTenantBySlug(slug);
    expect(found?.id).toBe(second.tenant);
  });
});

describe('tenant lock', () => {
  test('a second operation on one tenant is refused and told which one is open', async () => {
    const open = await accepted(registry.api.operations, provisionRequest());
    const second = await registry.api.operations.accept(changeRequest(open.tenant));
    expect(second).toEqual({ outcome: 'tenant-busy', by: open.id });
    expect(await registry.api.operations.findLockHolder(open.tenant)).toBe(open.id);
    await registry.worker.operations.releaseLock(open.id);
    expect(await registry.api.operations.findLockHolder(open.tenant)).toBeUndefined();
    await accepted(registry.api.operations, changeRequest(open.tenant));
  });

  test('a move that has let go of it is in the way of the next one alone, until its end', async () => {
    const { api, worker } = registry;
    const { id, tenant } = await accepted(api.operations, provisionRequest());
    await worker.operations.releaseLock(id);
    const move = await accepted(api.operations, moveRequest(tenant));
    await worker.operations.releaseLock(move.id);
    const busy = { outcome: 'tenant-busy', by: move.id };
    expect(await api.operations.accept(moveRequest(tenant))).toEqual(busy);
    expect(await api.operations.accept(moveRequest(tenant, move.id))).toMatchObject({
      ...{ outcome: 'replayed', operation: { id: move.id } },
    });
    const freeze = await accepted(api.operations, changeRequest(tenant));
    expect(await api.operations.accept(moveRequest(tenant))).toEqual({ ...busy, by: freeze.id });
    await worker.operations.releaseLock(freeze.id);
    await worker.operations.recordProgress(move.id, { state: 'done', reason: null, steps: [] }, 9);
    await accepted(api.operations, moveRequest(tenant));
  });

  test('of 50 operations on one tenant at the same moment exactly one is accepted', async () => {
    const { id, tenant } = await accepted(registry.api.operations, provisionRequest());
    await registry.worker.operations.releaseLock(id);
    const outcomes = await Promise.all(
      Array.from({ length: SIMULTANEOUS }, () =>
        registry.api.operations.accept(changeRequest(tenant)),
      ),
    );
    expect(countOf(outcomes, 'accepted')).toBe(1);
    expect(countOf(outcomes, 'tenant-busy')).toBe(SIMULTANEOUS - 1);
  });
});

describe('idempotency', () => {
  test('the same key gives the same operation, also long after it ended', async () => {
    const request = keyed(provisionRequest(), randomUUID());
    const operation = await accepted(registry.api.operations, request);
    const again = keyed(provisionRequest(), request.idempotency?.key ?? '');
    const ended = { state: 'done', reason: null, steps: [] } as const;
    await registry.worker.operations.recordProgress(operation.id, ended, 3_000);
    const replayed = await registry.api.operations.accept(again);
    expect(replayed).toMatchObject({
      outcome: 'replayed',
      operation: { id: operation.id, state: 'done' },
    });
    expect(await registry.api.tenants.findTenant(again.operation.tenant)).toBeUndefined();
  });

  test('the same key with another request is refused', async () => {
    const key = randomUUID();
    await accepted(registry.api.operations, keyed(provisionRequest(), key));
    const other = await registry.api.operations.accept(keyed(provisionRequest(), key, 'other'));
    expect(other).toEqual({ outcome: 'idempotency-key-reused' });
  });

  test('another caller may use the same key', async () => {
    const first = keyed(provisionRequest(), randomUUID());
    await accepted(registry.api.operations, first);
    const key = first.idempotency?.key ?? '';
    const second = keyed(provisionRequest(), key);
    const idempotency = { caller: 'someone', route: 'POST /v1/tenants', key, requestHash: 'h' };
    await accepted(registry.api.operations, { ...second, idempotency });
  });

  test('while the first request is in flight the second is told so', async () => {
    const key = randomUUID();
    const first = keyed(provisionRequest(), key);
    const blocker = await registry.admin.connect();
    try {
      // Holds the slug, so that the first request stays inside its transaction.
      await blocker.query('begin');
      await blocker.query(
        `insert into tenants (id, slug, host, display_name, state, isolation, plan, demo, created_at)
         values (gen_random_uuid(), $1, 'h', 'd', 'provisioning', 'silo', 'p', false, now())`,
        [first.newTenant?.slug],
      );
      const waiting = registry.api.operations.accept(first);
      const lockTaken = `select from pg_locks where locktype = 'advisory' and database =
        (select oid from pg_database where datname = current_database())`;
      await eventually(async () => (await registry.admin.query(lockTaken)).rowCount === 1);
      const second = await registry.api.operations.accept(keyed(provisionRequest(), key));
      expect(second).toEqual({ outcome: 'idempotency-in-flight' });
      await blocker.query('rollback');
      expect((await waiting).outcome).toBe('accepted');
    } finally {
      blocker.release();
    }
  });

  test('50 times the same key at the same moment make one tenant', async () => {
    const key = randomUUID();
    const requests = Array.from({ length: SIMULTANEOUS }, () => keyed(provisionRequest(), key));
    const outcomes = await Promise.all(
      requests.map((request) => registry.api.operations.accept(request)),
    );
    expect(countOf(outcomes, 'accepted')).toBe(1);
    const others = countOf(outcomes, 'replayed') + countOf(outcomes, 'idempotency-in-flight');
    expect(others).toBe(SIMULTANEOUS - 1);
    const { rowCount } = await registry.admin.query('select from tenants where id = any($1)', [
      requests.map(({ operation }) => operation.tenant),
    ]);
    expect(rowCount).toBe(1);
  });

  test('accepting again after a lost answer gives the same operation, with and without a key', async () => {
    const request = provisionRequest();
    const operation = await accepted(registry.api.operations, request);
    const again = await registry.api.operations.accept(request);
    expect(again).toEqual({ outcome: 'replayed', operation });
    await registry.worker.operations.releaseLock(operation.id);
    const change = changeRequest(operation.tenant);
    const changing = await accepted(registry.api.operations, change);
    expect(await registry.api.operations.accept(change)).toEqual({
      outcome: 'replayed',
      operation: changing,
    });
  });
});
