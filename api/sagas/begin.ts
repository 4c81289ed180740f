import { mayStartNow } from '../../registry/start-in-turn.ts';
import { startSaga } from '../../registry/start-saga.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { withDeadline } from '../http/deadline.ts';
import type { ApiPorts } from '../ports.ts';
import { showSaga } from './view.ts';

/** What every route may answer that accepts an operation. */
export const acceptProblems = [
  'idempotency-in-flight',
  'idempotency-key-reused',
  'store-unknown',
  'store-full',
] as const;

/** The starter in the workers does it when this attempt fails, so nobody waits for long. */
const START_DEADLINE_MS = 1_000;

/** Starts the saga when its turn is now; a later one is the starter's. */
export async function startAccepted(operation: Operation, ports: ApiPorts): Promise<void> {
  if (operation.state !== 'accepted') return;
  const isNow = await withDeadline(mayStartNow(ports, operation), START_DEADLINE_MS).catch(
    () => false,
  );
  if (isNow) await startNow(operation, ports);
}

/** Starts the saga at once. A failure changes nothing for the caller: the row is the promise. */
export async function startNow(operation: Operation, ports: ApiPorts): Promise<void> {
  if (operation.state !== 'accepted') return;
  await withDeadline(startSaga(ports, operation), START_DEADLINE_MS).catch(() => undefined);
}

/** The saga of an accepted operation as it is by now, which its row may tell better. */
export async function showNow(accepted: Operation, ports: ApiPorts) {
  const row = await ports.operations.findOperation(accepted.id);
  return showSaga(row ?? accepted, ports);
}
