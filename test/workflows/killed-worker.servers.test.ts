import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../ports/registry-store.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import type { WorkerOrders } from '../support/saga-worker-process.ts';
import { createWorld, LOG, type World } from '../support/saga-world.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { everyKill } from '../support/sagas/kills.ts';
import { MortalWorkers } from '../support/sagas/mortal-workers.ts';
import { todays } from '../support/todays.ts';

const ENDS_WITHIN_MS = 170_000;
/** Patient beyond all the deaths: no saga parks. */
const timing = { attemptTimeoutMs: 1_500, retryBudgetMs: 300_000 };

const kills = todays(everyKill());
const folder = mkdtempSync(join(tmpdir(), 'tenure-killed-'));
const operations = new Map<string, Operation>();
let world: World;
let workers: MortalWorkers;

/** All sagas at once: each death hits all the others too, wherever they are. */
beforeAll(async () => {
  world = await createWorld({ timing, start: false });
  for (const { name } of kills) operations.set(name, await world.accept());
  workers = new MortalWorkers(ordersOf());
  for (const operation of operations.values()) await world.start(operation);
}, ENDS_WITHIN_MS);

afterAll(async () => {
  await workers.stop();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const operationOf = (name: string): Operation => {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`no saga for ${name}`);
  return operation;
};

function ordersOf(): WorkerOrders {
  const { address, namespace, database } = world;
  return {
    ...{ address, namespace, databaseUrl: database.databaseUrl, folder, log: LOG },
    kills: Object.fromEntries(kills.map(({ name, at }) => [operationOf(name).id, at])),
    faults: kills.flatMap(({ name, unwinds }) => {
      const refused = { kind: 'refused', code: 'invalid' } as const;
      const { id } = operationOf(name);
      return unwinds ? [{ operation: id, effect: 'dns.ensure', faults: [refused] } as const] : [];
    }),
  };
}

describe('a worker killed by SIGKILL', () => {
  test.each(kills)('$name leaves the tenant there or gone', async ({ name, unwinds }) => {
    const operation = operationOf(name);
    const { state } = await world.ended(operation, ENDS_WITHIN_MS);
    expect(state).toBe(unwinds ? 'unwound' : 'done');
    expect(existsSync(join(folder, `killed-${operation.id}`))).toBe(true);
  });

  test('died at every point, and every fact is there once', async () => {
    expect(workers.deaths).toBeGreaterThanOrEqual(kills.length);
    const outside = memoryOutside({ files: folder });
    await expectCleanSlate({ outside, registry: LOG.log, database: world.database });
    for (const operation of operations.values()) await expectReplays(world, operation);
  });
});
