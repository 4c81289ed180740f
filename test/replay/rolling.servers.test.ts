import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { createSealedPayloads } from '../../adapters/temporal/sealed-payloads.ts';
import type { SagaInput } from '../../domain/saga-protocol.ts';
import { keepWorker } from '../../workers/saga-worker.ts';
import type { SagaActivities, SagaView } from '../../workflows/shared/contract.ts';
import { eventually } from '../support/eventually.ts';
import { SHORT } from '../support/saga-world.ts';
import { bundleOf } from '../support/sagas/bundle.ts';
import { aKeyRing } from '../support/sagas/saga-key-ring.ts';
import { PATCHED, UNPATCHED, WAITING_SAGA } from '../support/sagas/upgrade.ts';
import type { Mutation } from '../support/sagas/bundle.ts';
import type { WaitingActivities } from '../support/sagas/waiting-saga.ts';
import { server } from '../support/servers/server.ts';

const BUNDLES_WITHIN_MS = 120_000;
const ENDS_WITHIN_MS = 60_000;

/** What was done for each operation, whichever worker did it. */
const done = new Map<string, string[]>();
const refused = new Set<string>();
/** Sealed, as in production. */
const keys = aKeyRing();
const { dataConverter } = createSealedPayloads(keys, true);
const taskQueue = `rolling-${randomUUID()}`;

const note = (what: string) => async (operation: string) => {
  done.set(operation, [...(done.get(operation) ?? []), what]);
  return { attempt: 1, value: undefined };
};

const activities: WaitingActivities & SagaActivities = {
  reserve: note('reserve'),
  free: async (operation) => void (await note('free')(operation)),
  measure: note('measure'),
  unmeasure: async (operation) => void (await note('unmeasure')(operation)),
  commit: async (operation) => {
    if (refused.has(operation)) {
      const type = 'tenant-state';
      throw ApplicationFailure.create({ type, message: type, nonRetryable: true, details: [1] });
    }
    return note('commit')(operation);
  },
  probe: async () => {},
  recordProgress: async () => {},
  undoAcceptance: async ({ operation }) => void (await note('undo-acceptance')(operation)),
};

let connection: Connection;
let client: Client;
let address: string;
let bundles: Record<'first' | 'second', WorkflowBundleWithSourceMap>;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  ({ address } = await server('temporal'));
  connection = await Connection.connect({ address });
  client = new Client({ connection, dataConverter });
  bundles = { first: await bundle(), second: await bundle(PATCHED) };
}, BUNDLES_WITHIN_MS);
afterAll(() => connection.close());

const bundle = (mutation?: Mutation) => bundleOf(WAITING_SAGA, mutation, dataConverter);

const aWorker = (workflowBundle: WorkflowBundleWithSourceMap) =>
  keepWorker(
    { namespace: 'default', connection: { address }, dataConverter },
    {
      ...{ taskQueue, workflowBundle, activities: { ...activities } },
      ...{ stickyQueueScheduleToStartTimeout: '500ms', shutdownGraceTime: 0 },
    },
    () => undefined,
  );

interface Saga {
  readonly operation: string;
  readonly handle: WorkflowHandle;
}

async function start(): Promise<Saga> {
  const operation = randomUUID();
  keys.tenants.set(operation, operation);
  const input: SagaInput = { operation, tenant: operation, timing: SHORT };
  const options = { workflowId: `waitForAnswer/${operation}`, taskQueue, args: [input] };
  return { operation, handle: await client.workflow.start('waitForAnswer', options) };
}

async function startSome(count: number): Promise<Saga[]> {
  const sagas = await Promise.all(Array.from({ length: count }, start));
  await Promise.all(sagas.map(waits));
  return sagas;
}

const waits = ({ handle }: Saga) =>
  eventually(async () => expect((await handle.query<SagaView>('state')).state).toBe('waiting'), {
    ...{ withinMs: ENDS_WITHIN_MS, what: `${handle.workflowId} waits` },
  });

const answer = ({ handle }: Saga) => handle.executeUpdate('answer', { args: [null] });

const replay = (workflowBundle: WorkflowBundleWithSourceMap, ...history: [unknown, string]) =>
  Worker.runReplayHistory({ workflowBundle, dataConverter }, ...history);

describe('a rolling upgrade in the middle of a wait', () => {
  let before: Saga[];
  let meanwhile: Saga[];

  beforeAll(async () => {
    const first = aWorker(bundles.first);
    await eventually(() => first.probe(), { withinMs: ENDS_WITHIN_MS });
    before = await startSome(4);
    const second = aWorker(bundles.second);
    await eventually(() => second.probe(), { withinMs: ENDS_WITHIN_MS });
    meanwhile = await startSome(4);
    await first.close();
    for (const saga of [before[0], meanwhile[0]]) refused.add((saga as Saga).operation);
    await Promise.all([...before.slice(0, 3), ...meanwhile.slice(0, 3)].map(answer));
    for (const { handle } of [...before.slice(3), ...meanwhile.slice(3)])
      await handle.signal('answer', null);
    await Promise.allSettled([...before, ...meanwhile].map(({ handle }) => handle.result()));
    await second.close();
  }, BUNDLES_WITHIN_MS);

  test('a saga that waited under the old version ends under the new one, as the old one', () => {
    const [unwound, ...rest] = before.map(({ operation }) => done.get(operation));
    expect(unwound).toEqual(['reserve', 'free', 'undo-acceptance']);
    expect(rest).toEqual([
      ['reserve', 'commit'],
      ['reserve', 'commit'],
      ['reserve', 'commit'],
    ]);
  });

  test('a saga that began while both ran ends whole, in one of the two ways', () => {
    const [unwound, ...rest] = meanwhile.map(({ operation }) => done.get(operation)?.join(' '));
    expect(unwound).toMatch(/^reserve (free|measure unmeasure free) undo-acceptance$/);
    for (const each of rest) expect(each).toMatch(/^reserve( measure)? commit$/);
  });

  test('a saga that begins afterwards does the new step', async () => {
    const second = aWorker(bundles.second);
    const [saga] = await startSome(1);
    await answer(saga as Saga);
    await (saga as Saga).handle.result();
    await second.close();
    expect(done.get((saga as Saga).operation)).toEqual(['reserve', 'measure', 'commit']);
  });

  test('every history replays under the new version', async () => {
    for (const { handle } of [...before, ...meanwhile]) {
      const history = await handle.fetchHistory();
      await replay(bundles.second, history, handle.workflowId);
    }
  });

  test('without its `patched` the new version breaks the sagas from before', async () => {
    const workflowBundle = await bundle(UNPATCHED);
    const { handle } = before[1] as Saga;
    const history = await handle.fetchHistory();
    await expect(replay(workflowBundle, history, handle.workflowId)).rejects.toThrow(
      /nondeterminism/i,
    );
  });
});
