import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { SAGA_QUEUE, TENANT_ID } from '../../domain/saga-protocol.ts';
import { SagaEngineError } from '../../ports/saga-engine.ts';
import type { SagaCensus } from '../../ports/saga-census.ts';
import { connectionOptions } from './options.ts';
import type { TemporalOptions } from './options.ts';

const WITHIN_MS = 20_000;
/** `<kind>/<operation id>`, on our queue: other workflows are no sagas of ours. */
const SAGA_ID = /^([A-Za-z]+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/u;

export function createTemporalCensus(
  options: TemporalOptions,
): SagaCensus & { close(): Promise<void> } {
  const connection = Connection.lazy(connectionOptions(options));
  const client = new Client({ connection, namespace: options.namespace });
  const within = <T>(work: () => Promise<T>) =>
    client.withDeadline(Date.now() + WITHIN_MS, work).catch((cause: unknown) => {
      throw new SagaEngineError('engine-unavailable', 'Temporal does not answer.', { cause });
    });
  const handleOf = (operation: string, kind: string) =>
    client.workflow.getHandle(`${kind}/${operation}`);
  return {
    running: () => within(() => listRunning(client)),
    isRunning: (operation, kind) =>
      within(async () => {
        const found = await orAbsent(handleOf(operation, kind).describe());
        // One that is paused is no less alive.
        return found !== undefined && found.closeTime === undefined;
      }),
    terminate: (operation, kind, reason) =>
      within(async () => {
        await orAbsent(handleOf(operation, kind).terminate(reason));
      }),
    close: () => connection.close(),
  };
}

async function listRunning(client: Client) {
  const sagas = [];
  for await (const found of client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    const [, kind, operation] = SAGA_ID.exec(found.workflowId) ?? [];
    if (found.taskQueue !== SAGA_QUEUE || kind === undefined || operation === undefined) continue;
    const tenant = found.typedSearchAttributes.getAll().find(({ key }) => key.name === TENANT_ID);
    const startedAtMs = found.startTime.getTime();
    sagas.push({ kind, operation, tenant: String(tenant?.value ?? ''), startedAtMs });
  }
  return sagas;
}

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
