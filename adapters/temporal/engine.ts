import {
  Client,
  Connection,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import {
  ApplicationFailure,
  defineSearchAttributeKey,
  SearchAttributeType,
} from '@temporalio/common';
import { currentStep } from '../../domain/operation.ts';
import type { OperationKind } from '../../domain/operation.ts';
import {
  RESUME,
  SAGA_QUEUE,
  SAGA_STATE,
  STATE,
  TENANT_ID,
  UNWIND,
} from '../../domain/saga-protocol.ts';
import type { SagaInput, SagaView } from '../../domain/saga-protocol.ts';
import { SagaEngineError } from '../../ports/saga-engine.ts';
import type { LiveSaga, SagaCommand, SagaEngine, SagaStart } from '../../ports/saga-engine.ts';
import { connectionOptions } from './options.ts';
import type { TemporalEngineOptions } from './options.ts';

const START_WITHIN_MS = 5_000;
/** Answers need a live worker; whoever asks has the row meanwhile. */
const ASK_WITHIN_MS = 1_000;
const TELL_WITHIN_MS = 10_000;

const tenantIdKey = defineSearchAttributeKey(TENANT_ID, SearchAttributeType.KEYWORD);
const sagaStateKey = defineSearchAttributeKey(SAGA_STATE, SearchAttributeType.KEYWORD);

const TITLES: Record<OperationKind, string> = {
  provisionTenant: 'Provision tenant',
  changeMembership: 'Change memberships of tenant',
  freezeTenant: 'Freeze tenant',
  unfreezeTenant: 'Unfreeze tenant',
  inviteMember: 'Invite a member to tenant',
  addDomain: 'Add a domain to tenant',
  removeDomain: 'Remove a domain of tenant',
  reconcileTenant: 'Reconcile tenant',
  reconcileAll: 'Reconcile everything',
  changePlan: 'Change the plan of tenant',
  answerProductRequest: 'Answer a product request of tenant',
  runTrial: 'Run the trial of tenant',
  offboardTenant: 'Offboard tenant',
  moveTenant: 'Move tenant',
};

/** Sagas as Temporal workflows. Connects when first used: Temporal may be absent at the start. */
export function createTemporalEngine(
  options: TemporalEngineOptions,
): SagaEngine & { close(): Promise<void> } {
  const connection = Connection.lazy(connectionOptions(options));
  const { namespace, dataConverter } = options;
  const client = new Client({ connection, namespace, ...(dataConverter && { dataConverter }) });
  const within = <T>(ms: number, work: () => Promise<T>) =>
    client.withDeadline(Date.now() + ms, work).catch((error: unknown) => {
      throw translate(error);
    });
  const handleOf = (operation: string, kind: OperationKind) =>
    client.workflow.getHandle(workflowId(operation, kind));
  return {
    start: (saga) => within(START_WITHIN_MS, () => start(client, options, saga)),
    ask: (operation, kind) => within(ASK_WITHIN_MS, () => ask(handleOf(operation, kind))),
    tell: (operation, kind, command) =>
      within(TELL_WITHIN_MS, () => tell(handleOf(operation, kind), command)),
    update: (operation, kind, { name, told, id }) =>
      within(TELL_WITHIN_MS, () =>
        handleOf(operation, kind).executeUpdate(name, { args: [told], updateId: id }),
      ),
    signal: (operation, kind, { name, told }) =>
      within(TELL_WITHIN_MS, () => handleOf(operation, kind).signal(name, told)),
    probe: () =>
      within(ASK_WITHIN_MS, async () => {
        await connection.workflowService.getSystemInfo({});
      }),
    close: () => connection.close(),
  };
}

/** Minted once per accepted request: a second start of the same operation is refused. */
function workflowId(operation: string, kind: OperationKind): string {
  return `${kind}/${operation}`;
}

async function start(client: Client, { timing }: TemporalEngineOptions, saga: SagaStart) {
  const { operation, kind, tenant, slug, way } = saga;
  const input: SagaInput = { operation, tenant, timing, ...(way && { way }) };
  try {
    await client.workflow.start(kind, {
      workflowId: workflowId(operation, kind),
      taskQueue: SAGA_QUEUE,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      typedSearchAttributes: [
        { key: tenantIdKey, value: tenant },
        { key: sagaStateKey, value: 'running' },
      ],
      staticSummary: `${TITLES[kind]} ${slug}`,
      staticDetails: [
        `Tenant \`${slug}\` (\`${tenant}\`), operation \`${operation}\`.`,
        'The checklist under *current details* shows each step, and what to do when it waits.',
        `From a shell: \`tenure sagas show ${operation}\`.`,
      ].join('\n\n'),
      priority: { fairnessKey: tenant },
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function ask(handle: WorkflowHandle): Promise<LiveSaga> {
  const [view, { raw }] = await Promise.all([handle.query<SagaView>(STATE), handle.describe()]);
  const current = currentStep(view.steps);
  const pending = raw.pendingActivities?.find(({ activityId }) => activityId === current?.name);
  return {
    state: view.state,
    step: current?.name ?? view.reason?.step,
    reason: view.reason?.code ?? pending?.lastFailure?.applicationFailureInfo?.type ?? undefined,
    attempts: pending?.attempt ?? 0,
    steps: view.steps,
  };
}

async function tell(handle: WorkflowHandle, command: SagaCommand): Promise<void> {
  if (command === 'cancel') await cancel(handle);
  else await handle.executeUpdate(command === 'resume' ? RESUME : UNWIND);
}

/** Past the pivot a cancel would be taken and do nothing: say so instead. */
async function cancel(handle: WorkflowHandle): Promise<void> {
  const { state, mayUnwind } = await handle.query<SagaView>(STATE);
  if (!mayUnwind)
    throw new SagaEngineError('command-refused', `It is ${state} and can no longer be taken back.`);
  await handle.cancel();
}

function translate(error: unknown): unknown {
  if (error instanceof SagaEngineError) return error;
  if (error instanceof WorkflowNotFoundError)
    return new SagaEngineError('saga-not-found', 'Temporal does not know this saga.');
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
    return new SagaEngineError('command-refused', error.cause.message);
  const sentence = isGrpcServiceError(error) ? error.details : 'no answer in time';
  const message = `Temporal cannot be reached: ${sentence}`;
  return new SagaEngineError('engine-unavailable', message, { cause: error });
}
