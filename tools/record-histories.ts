import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Operation } from '../ports/registry-store.ts';
import { ENDINGS } from '../test/replay/endings.ts';
import { HISTORIES } from '../test/replay/histories.ts';
import { eventually } from '../test/support/eventually.ts';
import { FaultPlan } from '../test/support/sagas/faults.ts';
import { startFaultyWorld, type FaultyWorld } from '../test/support/sagas/faulty-world.ts';
import { startBroker } from '../test/support/servers/broker.ts';
import { BROKER_VARIABLE } from '../test/support/servers/variable.ts';

/*
 * Records the history of every ending of this version's sagas, for test/replay. To be run when a
 * saga has a new ending, and before each release. Names of endings as arguments: only these.
 */

const REPOSITORY = fileURLToPath(new URL('../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  version: string;
};
const directory = join(HISTORIES, version);

const wanted = process.argv.slice(2);
const broker = await startBroker();
process.env[BROKER_VARIABLE] = broker.socketPath;
try {
  const plan = new FaultPlan();
  const world = await startFaultyWorld(plan);
  try {
    if (wanted.length === 0) rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    for (const [name, ending] of Object.entries(ENDINGS)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const operation = await ending({ world, plan });
      writeFileSync(join(directory, `${name}.json`), `${await historyOf(world, operation)}\n`);
      process.stdout.write(`${name}: ${operation.state}\n`);
    }
  } finally {
    await world.close();
  }
} finally {
  await broker.stop();
}

/** Without what tells of the machine: paths in stack traces, process and host. */
async function historyOf(world: FaultyWorld, operation: Operation): Promise<string> {
  const handle = world.handle(operation);
  await eventually(async () => (await handle.describe()).status.name !== 'RUNNING');
  const text = historyToJSON(await handle.fetchHistory());
  return text
    .replaceAll(`file://${REPOSITORY}`, '')
    .replaceAll(REPOSITORY, '')
    .replaceAll(new RegExp(`\\d+@${hostname()}`, 'g'), 'worker');
}
