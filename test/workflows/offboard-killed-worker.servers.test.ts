import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Tenant } from '../../domain/tenant.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, LOG, type World } from '../support/saga-world.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import type { Effect } from '../support/sagas/faults.ts';
import { madeTenant, objectsOf, rowOf, toldStates } from '../support/sagas/frozen-world.ts';
import { MortalWorkers } from '../support/sagas/mortal-workers.ts';
import { todays } from '../support/todays.ts';

const ENDS_WITHIN_MS = 170_000;
/** Patient beyond all the deaths: no saga parks. */
const timing = { attemptTimeoutMs: 1_500, retryBudgetMs: 300_000 };

/** What cannot be taken back; a freeze has its own deaths. */
const DESTROYS: readonly Effect[] = [
  ...(['store.decide', 'dns.remove', 'route.remove', 'identity.remove'] as const),
  ...(['database.remove', 'store.erase', 'store.archive'] as const),
];
const kills = todays(
  DESTROYS.flatMap((effect) =>
    ['before', 'after'].map((moment) => ({ at: `${moment} ${effect}` })),
  ),
);

interface Subject {
  readonly before: Tenant;
  readonly operation: Operation;
}

const folder = mkdtempSync(join(tmpdir(), 'tenure-offboard-killed-'));
const subjects = new Map<string, Subject>();
let world: World;
let workers: MortalWorkers;

/** Tenants are made by workers that live; then all sagas at once by mortal ones. */
beforeAll(async () => {
  const outside = memoryOutside({ files: folder });
  world = await createWorld({ timing, outside, start: false });
  const living = [world.startWorker(), world.startFacts()];
  await Promise.all(
    kills.map(async ({ at }) => {
      const before = await madeTenant(world);
      subjects.set(at, { before, operation: await world.acceptLeaving(before.id) });
    }),
  );
  await Promise.all(living.map((each) => each.close()));
  const { address, namespace, database } = world;
  workers = new MortalWorkers({
    ...{ address, namespace, databaseUrl: database.databaseUrl, folder, log: LOG },
    kills: Object.fromEntries([...subjects].map(([at, { operation }]) => [operation.id, at])),
    faults: [],
  });
  for (const { operation } of subjects.values()) await world.start(operation);
}, ENDS_WITHIN_MS);

afterAll(async () => {
  await workers?.stop();
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a worker killed by SIGKILL', () => {
  test.each(kills)(
    '$at leaves nothing of the tenant, and one receipt',
    async ({ at }) => {
      const subject = subjects.get(at);
      if (subject === undefined) throw new Error(`no saga for ${at}`);
      const { before, operation } = subject;
      expect((await world.ended(operation, ENDS_WITHIN_MS)).state).toBe('done');
      expect(existsSync(join(folder, `killed-${operation.id}`))).toBe(true);
      expect((await rowOf(world, before.id)).state).toBe('archived');
      expect(await toldStates(world, before)).toEqual(['active', 'frozen', 'archived']);
      expect(objectsOf(memoryOutside({ files: folder }), before)).toEqual({});
    },
    ENDS_WITHIN_MS,
  );

  test('died at every point, and every fact is there once', async () => {
    expect(workers.deaths).toBeGreaterThanOrEqual(kills.length);
    await expectCleanSlate({
      registry: LOG.log,
      ...{ outside: memoryOutside({ files: folder }), database: world.database },
    });
  });
});
