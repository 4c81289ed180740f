import { randomUUID } from 'node:crypto';
import type { Trial } from '../../domain/sales.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { SagaEngineError, type SagaMessage } from '../../ports/saga-engine.ts';
import { canonicalHash } from '../../registry/canonical-json.ts';
import type { Caller } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';
import { startAccepted } from '../sagas/begin.ts';

interface Asked {
  readonly caller: Caller;
  readonly route: string;
  /** Idempotency-Key: the same one again has the first one's answer, also after the trial's end. */
  readonly key: string | undefined;
}

/**
 * Tells the saga of a trial, as an update: answered when its commit is done. `over`: the saga has
 * ended and knows of no such message. Rejects with the rule's refusal (`SagaEngineError`).
 */
export async function tellTrial(
  trial: Trial,
  message: Omit<SagaMessage, 'id'>,
  { caller, route, key }: Asked,
  ports: ApiPorts,
): Promise<Operation | 'over'> {
  const operation = await ports.operations.findOperation(trial.operation);
  if (operation === undefined) throw notFound();
  const id =
    key === undefined ? randomUUID() : canonicalHash([caller.id, route, trial.tenant, key]);
  await startAccepted(operation, ports);
  try {
    await ports.engine.update(operation.id, operation.kind, { ...message, id });
  } catch (error) {
    if (error instanceof SagaEngineError && error.code === 'saga-not-found') return 'over';
    throw error;
  }
  return operation;
}
