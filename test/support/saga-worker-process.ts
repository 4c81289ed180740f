import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createFactReader } from '../../adapters/postgres/fact-log.ts';
import { createSagaKeys } from '../../adapters/postgres/saga-keys.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { SAGA_QUEUE } from '../../domain/saga-protocol.ts';
import { createActivities } from '../../workers/saga-activities.ts';
import { SEALING_KEY } from '../adapters/postgres/registry-database.ts';
import { doctorPorts } from './doctor.ts';
import { LINKS, memoryOutside } from './saga-outside.ts';
import { startSequencer } from './saga-sequencer.ts';
import { QUIET, SHORT } from './saga-world.ts';
import { sagaBundle } from './sagas/bundle.ts';
import { FaultPlan } from './sagas/faults.ts';
import type { Effect, Fault } from './sagas/faults.ts';
import { faultyActivities, faultyOutside, faultySigning } from './sagas/faulty-ports.ts';

/** The one message that the process gets; until then it stands by, loaded. */
export interface WorkerOrders {
  readonly address: string;
  readonly namespace: string;
  readonly databaseUrl: string;
  readonly log: { readonly log: string; readonly epoch: number };
  /** Outside systems and notes of what was done live here: they outlive the process. */
  readonly folder: string;
  readonly faults: readonly { operation: string; effect: Effect; faults: readonly Fault[] }[];
  /** By operation: `before dns.ensure`, at which the process kills itself, once. */
  readonly kills: Readonly<Record<string, string>>;
}

/*
 * Saga worker and sequencer of a test, in a process that dies by SIGKILL in the middle of an
 * effect: nothing is flushed, reported or closed.
 */
Runtime.install(QUIET);
const workflowBundle = await sagaBundle();
flushCompileCache(); // Node itself does it at exit, and this one is killed
const [orders] = (await once(process, 'message')) as [WorkerOrders];
const { address, namespace, databaseUrl, folder, log } = orders;

const plan = new FaultPlan();
for (const { operation, effect, faults } of orders.faults) plan.plan(operation, effect, ...faults);
plan.onEffect = (moment, effect, operation) => {
  const note = join(folder, `killed-${operation}`);
  if (orders.kills[operation] !== `${moment} ${effect}` || existsSync(note)) return;
  writeFileSync(note, '');
  process.kill(process.pid, 'SIGKILL');
};

const report = () => undefined;
const store = createStore({ databaseUrl, role: 'tenure_worker', sealingKey: SEALING_KEY });
const outside = memoryOutside({ files: folder });
const activities = createActivities({
  ...{ ...store, factLog: createFactReader({ databaseUrl, maxConnections: 2 }) },
  sagaKeys: createSagaKeys({ databaseUrl, role: 'tenure_worker', sealingKey: SEALING_KEY }),
  ...{ exports: outside.exports, ...faultyOutside(plan, outside) },
  ...LINKS,
  ...doctorPorts({ databaseUrl, address, namespace, timing: SHORT }).ports,
  clock: systemClock,
  probeStore: () => store.probe.probe(),
  log,
  report,
});
startSequencer({
  ...{ address, namespace, databaseUrl, log: log.log, report },
  decorate: (waitFor) => faultySigning(plan, waitFor),
});
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  namespace,
  taskQueue: SAGA_QUEUE,
  workflowBundle,
  activities: { ...faultyActivities(plan, activities) },
  stickyQueueScheduleToStartTimeout: '500ms',
});
await worker.run();
