import { ApplicationFailure } from '@temporalio/common';
import type { Clock } from '../ports/clock.ts';
import { askForSweep } from '../registry/ask-for-sweep.ts';
import { mendSystem } from '../registry/examine-tenant.ts';
import {
  beginTenants,
  mendSagas,
  planReconcileAll,
  removeOrphans,
  settleReconcileAll,
  type ReconcileAllPorts,
} from '../registry/reconcile-all.ts';
import { mendRows, planReconcile, settleReconcile } from '../registry/reconcile-tenant.ts';
import { startSaga } from '../registry/start-saga.ts';
import type { ScheduleActivities } from '../workflows/begin-reconcile-all/contract.ts';
import type { ReconcileAllActivities } from '../workflows/reconcile-all/contract.ts';
import type { ReconcileActivities } from '../workflows/reconcile-tenant/contract.ts';
import { attempt } from './attempt.ts';
import { callOf } from './call.ts';
import { readOperation } from './operation.ts';

/** Opaque id of who asks on behalf of the schedule. */
const SCHEDULE = 'schedule';

export interface ReconcilePorts extends ReconcileAllPorts {
  readonly clock: Clock;
}

export function createReconcileActivities(
  ports: ReconcilePorts,
): ReconcileActivities & ReconcileAllActivities & ScheduleActivities {
  const { operations, clock, report } = ports;
  return {
    examineTenant: (ref) =>
      attempt(report, async (signal) => {
        const operation = await readOperation(operations, ref);
        return planReconcile(ports, operation, callOf(ports, ref, signal), clock.nowMs());
      }),
    mendSystem: (ref, system) =>
      attempt(report, (signal) => mendSystem(ports, system, callOf(ports, ref, signal))),
    mendRows: (ref, atMs) =>
      attempt(report, async () => mendRows(ports, await readOperation(operations, ref), atMs)),
    verifyTenant: (ref, atMs) =>
      attempt(report, async (signal) => {
        const operation = await readOperation(operations, ref);
        await settleReconcile(ports, operation, callOf(ports, ref, signal), atMs);
      }),
    examineAll: (ref, patience, nowMs) =>
      attempt(report, async (signal) => {
        const operation = await readOperation(operations, ref);
        return planReconcileAll(ports, operation, patience, nowMs, signal);
      }),
    mendSagas: (ref, nowMs) =>
      attempt(report, (signal) => mendSagas(ports, callOf(ports, ref, signal), nowMs)),
    removeOrphans: (ref) =>
      attempt(report, (signal) => removeOrphans(ports, callOf(ports, ref, signal))),
    beginTenants: (ref) =>
      attempt(report, async () => beginTenants(ports, await readOperation(operations, ref))),
    verifyAll: (ref, patience, nowMs) =>
      attempt(report, (signal) =>
        settleReconcileAll(ports, ref.operation, patience, nowMs, signal),
      ),
    beginSweep: async (key) => {
      await attempt(report, (signal) => beginSweep(ports, key, signal));
    },
  };
}

/** One that is still at work is enough. */
async function beginSweep(ports: ReconcilePorts, key: string, signal: AbortSignal): Promise<void> {
  const idempotency = { caller: SCHEDULE, route: 'reconcileAll', key };
  const result = await askForSweep(ports, { actor: SCHEDULE, idempotency }, signal);
  if (result.outcome === 'tenant-busy') return;
  if ('operation' in result) return startSaga(ports, result.operation);
  throw ApplicationFailure.create({ type: result.outcome, message: 'It was not accepted yet.' });
}
