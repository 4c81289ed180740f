import type { Finding } from '../domain/reconcile/finding.ts';
import { isEnded } from '../domain/operation.ts';
import { provisionInputOf } from '../domain/requests.ts';
import type { Operation } from '../ports/registry-store.ts';
import type { ReconcileAllPorts } from './reconcile-all.ts';
import { startSaga } from './start-saga.ts';

const REASON = {
  step: 'reconcile',
  code: 'saga-lost',
  message: 'Its saga was gone; the doctor closed it.',
} as const;

/** Starts, closes or ends what the plan names; looks again whether it is still so. Repeatable. */
export async function closeSaga(
  ports: ReconcileAllPorts,
  { name, repair }: Pick<Finding, 'name' | 'repair'>,
  signal: AbortSignal,
  atMs: number,
): Promise<void> {
  if (repair === 'terminate') {
    const [kind = '', operation = ''] = name.split('/');
    if ((await ports.operations.findOperation(operation)) !== undefined) return;
    return ports.census.terminate(operation, kind, 'No operation asked for it.');
  }
  const operation = await ports.operations.findOperation(name);
  if (operation === undefined || isEnded(operation.state)) return;
  if (repair === 'start') return startSaga(ports, operation);
  if (repair !== 'close' || (await ports.census.isRunning(name, operation.kind))) return;
  await close(ports, operation, signal, atMs);
}

/** What was committed stands; what was not is taken back, as the saga would have done. */
async function close(
  ports: ReconcileAllPorts,
  operation: Operation,
  signal: AbortSignal,
  atMs: number,
): Promise<void> {
  const { id, kind, steps } = operation;
  // A step that outlived its saga commits before this, or never.
  await ports.operations.bar(id);
  const done = await ports.reconcile.hasCommitted(id);
  if (kind === 'provisionTenant' && !done) await takeBack(ports, operation, signal, atMs);
  const state = done ? 'done' : 'unwound';
  await ports.operations.recordProgress(id, { state, reason: REASON, steps }, atMs);
}

/** DNS first, the name last: nobody gets it while something still has it. */
async function takeBack(
  ports: ReconcileAllPorts,
  operation: Operation,
  signal: AbortSignal,
  atMs: number,
): Promise<void> {
  const { id, tenant } = operation;
  const { slug, host, isolation } = provisionInputOf(operation.input);
  const call = { owner: { registry: ports.log.log, tenant, operation: id }, signal };
  await ports.dns.remove(host, call);
  await ports.routes.remove(slug, call);
  await ports.databases.remove(call);
  await ports.identity[isolation].remove(slug, call);
  await ports.operations.undoAcceptance(id, atMs);
}
