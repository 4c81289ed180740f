import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { createMemoryDomainProof } from '../adapters/memory/domain-proof.ts';
import { createSagaKeys } from '../adapters/postgres/saga-keys.ts';
import { createStore } from '../adapters/postgres/store.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { domainNames } from '../adapters/system/domain-names.ts';
import { systemIds } from '../adapters/system/ids.ts';
import { createInvitationTokens } from '../adapters/system/invitation-tokens.ts';
import { createTemporalEngine } from '../adapters/temporal/engine.ts';
import { createSealedPayloads } from '../adapters/temporal/sealed-payloads.ts';
import { DEFAULT_TIMING } from '../domain/saga-timing.ts';
import type { SagaTiming } from '../domain/saga-timing.ts';
import type { StoryWorld } from '../test/proof/story.ts';
import { PROOF_TIMING } from '../test/proof/timing.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { startStack } from '../tools/stack/stack.ts';
import type { Stack } from '../tools/stack/stack.ts';
import { DEV_SECRETS_KEY } from '../wiring/config/sections/access.ts';
import { startBareWorker, stopBareWorker } from './bare-worker.ts';
import { endingAfter } from './ending.ts';
import { startMailSink } from './mail-sink.ts';
import type { MailSink } from './mail-sink.ts';

/** Of development: the registry's processes seal by it too. */
const SEALING_KEY = Buffer.from(DEV_SECRETS_KEY, 'base64');
/** Domain of development (`TENANT_DOMAIN`'s default). */
const DOMAIN = 'tenure.localhost';
const CONNECTIONS = 40;
const BARE_QUEUE = 'bench';

const { 'invitation-reminder': reminder, invitation } = DEFAULT_TIMING.waitMs;

/** Dates come in seconds, but for those that only a forgetful person meets. */
const TIMING: SagaTiming = {
  ...{ ...DEFAULT_TIMING, settleMs: {} },
  waitMs: { ...PROOF_TIMING.waitMs, 'invitation-reminder': reminder, invitation },
};

/** The whole registry on this machine, and who asks it for sagas. */
export interface SagaWorld extends StoryWorld {
  readonly stack: Stack;
  readonly progress: Progress;
  readonly mails: MailSink;
  readonly client: Client;
  /** The registry's, as superuser. */
  readonly database: pg.Client;
  /** A workflow of so many activities that do nothing, one after the other, to its end. */
  readonly bare: (activities: number) => Promise<unknown>;
}

/** Ends it whatever `work` does. `worker`: an entry point in the place of the workers' own. */
export async function withSagaWorld<T>(
  progress: Progress,
  work: (world: SagaWorld) => Promise<T>,
  worker?: string,
): Promise<T> {
  const ends: (() => unknown)[] = [];
  const endAll = async () => {
    for (const end of ends.reverse()) await end();
  };
  const start = () => startWorld(progress, worker, (end) => ends.push(end));
  return endingAfter(async () => work(await start()), endAll);
}

async function startWorld(
  progress: Progress,
  worker: string | undefined,
  onEnd: (end: () => unknown) => unknown,
): Promise<SagaWorld> {
  const { mails, stack, zone } = await startServers(progress, worker, onEnd);
  const { databaseUrl, temporal } = stack;
  const api = createStore({
    ...{ databaseUrl, role: 'tenure_api', sealingKey: SEALING_KEY },
    maxConnections: CONNECTIONS,
  });
  onEnd(() => api.close());
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  onEnd(() => database.end());
  const { address, namespace } = temporal;
  const keys = createSagaKeys({ databaseUrl, role: 'tenure_operator', sealingKey: SEALING_KEY });
  onEnd(() => keys.close());
  const { dataConverter } = createSealedPayloads(keys, true);
  const target = { address, namespace, tls: false, apiKey: undefined, dataConverter };
  const engine = createTemporalEngine({ ...target, timing: TIMING });
  onEnd(() => engine.close());
  const connection = await Connection.connect({ address });
  onEnd(() => connection.close());
  const client = new Client({ connection, namespace, dataConverter });
  const bareClient = new Client({ connection, namespace });
  const bareWorker = await startBareWorker(temporal, BARE_QUEUE);
  onEnd(() => stopBareWorker(bareWorker));
  return {
    ...{ stack, progress, mails, database, client, api, engine, zone },
    accept: {
      ...{ operations: api.operations, tenants: api.tenants, invitations: api.invitations },
      ...{ sales: api.sales, domains: api.domains, names: domainNames },
      ...{ clock: systemClock, ids: systemIds, domain: DOMAIN, seeds: new Map() },
    },
    tokens: createInvitationTokens(SEALING_KEY),
    // Embedded identities know nobody, and take any.
    subOf: async () => 'bob',
    bare: (activities) =>
      bareClient.workflow.execute('bare', {
        ...{ args: [activities], taskQueue: BARE_QUEUE, workflowId: `bare/${randomUUID()}` },
      }),
  };
}

async function startServers(
  progress: Progress,
  worker: string | undefined,
  onEnd: (end: () => unknown) => unknown,
) {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-bench-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const mails = await startMailSink();
  onEnd(() => mails.close());
  const environment = {
    TEMPORAL_SEALED: 'true',
    ...{ SMTP_HOST: '127.0.0.1', SMTP_PORT: String(mails.port), SMTP_SECURITY: 'none' },
  };
  const stack = await startStack({ dir: folder, progress, environment, ...(worker && { worker }) });
  onEnd(() => stack.stop());
  // The embedded adapter reads it anew each time it looks.
  const file = join(folder, 'adapters', 'domain-proof.json');
  return { mails, stack, zone: () => createMemoryDomainProof({ file }) };
}
