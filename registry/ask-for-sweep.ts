import { acceptReconcileAll } from './accept-reconcile.ts';
import type { AcceptCaller, AcceptResult } from './accept.ts';
import { closeSaga } from './close-saga.ts';
import type { ReconcileAllPorts } from './reconcile-all.ts';

/** A sweep that was accepted so long ago and does not run any more never ends by itself. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;

/**
 * Accepts a sweep that repairs. One whose saga is gone would hold the platform's lock against all
 * later ones, and only a sweep closes what is lost: so that one is closed here.
 */
export async function askForSweep(
  ports: ReconcileAllPorts,
  caller: AcceptCaller,
  signal: AbortSignal,
): Promise<AcceptResult> {
  const accept = () => acceptReconcileAll(ports.accept, { ...caller, repair: true });
  const result = await accept();
  if (result.outcome !== 'tenant-busy') return result;
  const holder = await ports.operations.findOperation(result.by);
  const nowMs = ports.accept.clock.nowMs();
  if (holder === undefined || nowMs - holder.acceptedAtMs < FORGOTTEN_AFTER_MS) return result;
  await closeSaga(ports, { name: holder.id, repair: 'close' }, signal, nowMs);
  return accept();
}
