import { settle, type Finding } from '../domain/reconcile/finding.ts';
import { logNamespace, uuidV5 } from '../facts/crypto/ids.ts';
import type { Call } from '../ports/call.ts';
import type { Operation, OperationStore, TenantReader } from '../ports/registry-store.ts';
import type { SagaEngine } from '../ports/saga-engine.ts';
import type { AcceptPorts } from './accept.ts';
import { acceptReconcile } from './accept-reconcile.ts';
import { closeSaga } from './close-saga.ts';
import {
  examineEverything,
  isForsakenNow,
  type Patience,
  type SweepPorts,
} from './examine-everything.ts';
import { mayRepair, toReport } from './reconcile-tenant.ts';
import { startSaga } from './start-saga.ts';

export interface ReconcileAllPorts extends SweepPorts {
  readonly operations: Pick<
    OperationStore,
    'findOperation' | 'bar' | 'undoAcceptance' | 'recordProgress' | 'markStarted'
  >;
  readonly tenants: Pick<TenantReader, 'findTenant'>;
  readonly engine: Pick<SagaEngine, 'start'>;
  /** What the API is given: the doctor asks for operations as everybody does. */
  readonly accept: AcceptPorts;
}

/** Tenants that are looked at one by one in each sweep, those first that wait longest for it. */
const EXAMINED_AT_ONCE = 100;

/** What a sweep has to do, by its steps. */
export interface Todo {
  readonly orphans: boolean;
  readonly sagas: boolean;
}

export async function planReconcileAll(
  ports: ReconcileAllPorts,
  operation: Operation,
  patience: Patience,
  nowMs: number,
  signal: AbortSignal,
): Promise<Todo> {
  const { repair, uncompared } = await mayRepair(ports, operation);
  const seen = await examineEverything(ports, operation.id, patience, nowMs, signal);
  const findings = [...uncompared, ...seen];
  await ports.reconcile.keep(toReport(operation, repair, findings, nowMs));
  const has = (...repairs: Finding['repair'][]) =>
    repair && findings.some((finding) => repairs.includes(finding.repair));
  return { orphans: has('remove'), sagas: has('start', 'close', 'terminate') };
}

/** Removes what carries the mark of a tenant that is not there; asks once more before each. */
export async function removeOrphans(ports: ReconcileAllPorts, call: Call): Promise<void> {
  const findings = await planned(ports, call.owner.operation);
  const orphans = findings.filter(({ repair }) => repair === 'remove');
  await eachOf(orphans, call, async ({ place, name, tenant }) => {
    const known = await ports.tenants.findTenant(tenant);
    if (known !== undefined && !(await isForsakenNow(ports, tenant))) return;
    const own = { ...call, owner: { ...call.owner, tenant } };
    if (place === 'identity') {
      await ports.identity.silo.remove(name, own);
      await ports.identity.pool.remove(name, own);
    } else if (place === 'database') await ports.databases.remove(own);
    else if (place === 'route') await ports.routes.remove(name, own);
    else await ports.dns.remove(name, own);
  });
}

export async function mendSagas(ports: ReconcileAllPorts, call: Call, atMs: number): Promise<void> {
  const findings = await planned(ports, call.owner.operation);
  const sagas = findings.filter(({ place, repair }) => place === 'sagas' && repair !== null);
  await eachOf(sagas, call, (finding) => closeSaga(ports, finding, call.signal, atMs));
}

/** One that fails keeps none behind it waiting, while there is time. Rejects as the first did. */
async function eachOf(
  findings: readonly Finding[],
  { signal }: Call,
  mend: (finding: Finding) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  for (const finding of findings) {
    signal.throwIfAborted();
    await mend(finding).catch((error: unknown) => void failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Begins a `reconcileTenant` for whoever lacks something, and for those that wait longest. */
export async function beginTenants(
  ports: ReconcileAllPorts,
  { id, actor }: Operation,
): Promise<void> {
  const { reconcile } = ports;
  const report = await reconcile.findReport(id);
  if (report === undefined) throw new Error(`no report of ${id}`);
  const lacking = report.findings.filter(isForItsTenant).map(({ tenant }) => tenant);
  const waiting = await reconcile.longestUnexamined(EXAMINED_AT_ONCE);
  const namespace = logNamespace(ports.log.log);
  const begun: string[] = [];
  for (const tenant of new Set([...lacking, ...waiting])) {
    const operation = uuidV5(namespace, `reconcile/${id}/${tenant}`);
    const { repair } = report;
    const accepted = await acceptReconcile(ports.accept, { tenant, actor, repair, operation });
    // Busy or gone since: the next sweep comes.
    if (accepted.outcome !== 'accepted' && accepted.outcome !== 'replayed') continue;
    begun.push(operation);
    await startSaga(ports, accepted.operation);
  }
  // What a tenant lacks is told, and mended, by its own operation.
  const findings = report.findings.filter((finding) => !isForItsTenant(finding));
  await reconcile.keep({ ...report, findings, begun });
}

export async function settleReconcileAll(
  ports: ReconcileAllPorts,
  operation: string,
  patience: Patience,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const report = await ports.reconcile.findReport(operation);
  if (report === undefined) throw new Error(`no report of ${operation}`);
  const second = await examineEverything(ports, operation, patience, nowMs, signal);
  const left = second.filter((finding) => !isForItsTenant(finding));
  await ports.reconcile.keep({ ...report, findings: settle(report.findings, left) });
}

function isForItsTenant({ code, repair }: Finding): boolean {
  return code === 'missing' && repair === 'ensure';
}

async function planned(ports: ReconcileAllPorts, operation: string) {
  return (await ports.reconcile.findReport(operation))?.findings ?? [];
}
