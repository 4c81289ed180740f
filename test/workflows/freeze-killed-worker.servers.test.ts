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

type Saga = 'freeze' | 'unfreeze' | 'unfreeze that is refused';
const DEATHS: readonly (readonly [Saga, readonly Effect[]])[] = [
  ['freeze', ['store.freeze', 'facts.sign', 'identity.suspend', 'route.suspend']],
  ['unfreeze', ['identity.restore', 'route.restore', 'store.unfreeze', 'facts.sign']],
  ['unfreeze that is refused', ['route.suspend', 'identity.suspend', 'store.undoAcceptance']],
];
const kills = todays(
  DEATHS.flatMap(([saga, effects]) =>
    effects.flatMap((effect) =>
      ['before', 'after'].map((moment) => ({ saga, at: `${moment} ${effect}` })),
    ),
  ),
);

interface Subject {
  readonly before: Tenant;
  readonly objects: ReturnType<typeof objectsOf>;
  readonly operation: Operation;
}

const folder = mkdtempSync(join(tmpdir(), 'tenure-freeze-killed-'));
const subjects = new Map<(typeof kills)[number], Subject>();
let world: World;
let workers: MortalWorkers;

/** Tenants are made, and some frozen, by workers that live; then all sagas at once by mortal ones. */
beforeAll(async () => {
  const outside = memoryOutside({ files: folder });
  world = await createWorld({ timing, outside, start: false });
  const living = [world.startWorker(), world.startFacts()];
  for (const kill of kills) {
    const before = await madeTenant(world, 'trial');
    const objects = objectsOf(outside, before);
    if (kill.saga !== 'freeze') await world.ended(await world.freeze(before.id));
    const accept = kill.saga === 'freeze' ? world.acceptFreezing : world.acceptUnfreezing;
    subjects.set(kill, { before, objects, operation: await accept(before.id) });
  }
  await Promise.all(living.map((each) => each.close()));
  const { address, namespace, database } = world;
  workers = new MortalWorkers({
    ...{ address, namespace, databaseUrl: database.databaseUrl, folder, log: LOG },
    kills: Object.fromEntries(kills.map((kill) => [subjectOf(kill).operation.id, kill.at])),
    faults: kills.flatMap((kill) => {
      if (kill.saga !== 'unfreeze that is refused') return [];
      const refused = { kind: 'refused', code: 'invalid' } as const;
      const { id } = subjectOf(kill).operation;
      return [{ operation: id, effect: 'store.unfreeze', faults: [refused] } as const];
    }),
  });
  for (const { operation } of subjects.values()) await world.start(operation);
}, ENDS_WITHIN_MS);

afterAll(async () => {
  await workers?.stop();
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

function subjectOf(kill: (typeof kills)[number]): Subject {
  const subject = subjects.get(kill);
  if (subject === undefined) throw new Error(`no saga for ${kill.at}`);
  return subject;
}

describe('a worker killed by SIGKILL', () => {
  test.each(kills)(
    '$at of a $saga leaves the tenant wholly open or wholly closed',
    async (kill) => {
      const { before, objects, operation } = subjectOf(kill);
      const { state } = await world.ended(operation, ENDS_WITHIN_MS);
      expect(state).toBe(kill.saga === 'unfreeze that is refused' ? 'unwound' : 'done');
      expect(existsSync(join(folder, `killed-${operation.id}`))).toBe(true);
      const isOpen = kill.saga === 'unfreeze';
      expect((await rowOf(world, before.id)).state).toBe(isOpen ? 'trial' : 'frozen');
      const told = ['active', 'frozen', ...(isOpen ? ['trial'] : [])];
      expect(await toldStates(world, before)).toEqual(told);
      const now = objectsOf(memoryOutside({ files: folder }), before);
      if (isOpen) expect(now).toEqual(objects);
      else {
        const suspended = { identity: { suspended: true }, route: { suspended: true } };
        expect(now).toMatchObject(suspended);
      }
    },
  );

  test('died at every point, and every fact is there once', async () => {
    expect(workers.deaths).toBeGreaterThanOrEqual(kills.length);
    await expectCleanSlate({
      registry: LOG.log,
      ...{ outside: memoryOutside({ files: folder }), database: world.database },
    });
  });
});
