import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { createSagaKeys } from '../../adapters/postgres/saga-keys.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { domainNames } from '../../adapters/system/domain-names.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { createSealedPayloads } from '../../adapters/temporal/sealed-payloads.ts';
import { createInvitationTokens } from '../../adapters/system/invitation-tokens.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { startSaga } from '../../registry/start-saga.ts';
import { DEV_SECRETS_KEY } from '../../wiring/config/sections/access.ts';
import { eventually } from '../support/eventually.ts';
import { startLinkedStack } from '../support/faults/linked-stack.ts';
import { createEngines } from '../support/saga-requests.ts';
import { CheckpointsSeen } from './checkpoints-seen.ts';
import { Commander, ORDERS_VARIABLE } from './orders.ts';
import type { Listeners } from './orders.ts';
import type { RealOutside } from './real-outside.ts';
import { PROOF_TIMING, REAL_TIMING } from './timing.ts';

/** Domain of development (`TENANT_DOMAIN`'s default). */
const DOMAIN = 'tenure.localhost';
/** Of development: the processes under proof seal by it too. */
const SEALING_KEY = Buffer.from(DEV_SECRETS_KEY, 'base64');
const BACK_WITHIN_MS = 60_000;

const entry = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export type ProofWorld = Awaited<ReturnType<typeof startProofWorld>>;

/**
 * Everything that a saga meets, in processes that can be killed: real Postgres, Temporal and NATS,
 * each link to them behind a proxy; the registry's worker and sequencer, which break what they are
 * ordered to; its API and a data plane. Outside systems are the embedded ones, kept in files.
 */
export async function startProofWorld(
  listeners: Listeners,
  outside: RealOutside | undefined,
  seals: boolean,
) {
  const timing = outside === undefined ? PROOF_TIMING : REAL_TIMING;
  const sockets = mkdtempSync(join(tmpdir(), 'tenure-proof-'));
  const socketPath = join(sockets, 'orders.sock');
  const commander = new Commander(socketPath, listeners);
  const stack = await startLinkedStack({
    entries: { worker: entry('worker-main.ts'), sequencer: entry('sequencer-main.ts') },
    environment: {
      ...{ [ORDERS_VARIABLE]: socketPath, TEMPORAL_SEALED: String(seals) },
      ...outside?.environment,
    },
  });
  const { address, namespace } = stack.temporal;
  const connection = await Connection.connect({ address });
  const keys = createSagaKeys({
    ...{ databaseUrl: stack.databaseUrl, role: 'tenure_operator', sealingKey: SEALING_KEY },
  });
  const { dataConverter, openPayloads } = createSealedPayloads(keys, seals);
  const client = new Client({ connection, namespace, dataConverter });
  const api = createStore({
    ...{ databaseUrl: stack.databaseUrl, role: 'tenure_api', sealingKey: SEALING_KEY },
    maxConnections: 20,
  });
  const engines = createEngines({ address, namespace, timing, dataConverter });
  const checkpoints = new CheckpointsSeen(stack);
  return {
    timing,
    /** The outside systems past the registry, as they are now. */
    outside: () => outside?.ports ?? stack.slate().outside,
    /** What owners of names publish. */
    zone: stack.zone,
    foreign: outside?.foreign ?? [],
    /** Embedded identities know nobody, and take any. */
    subOf: outside?.subOf ?? (async () => 'bob'),
    ...{ stack, client, api, engine: engines.engine, openPayloads, commander, checkpoints },
    accept: {
      ...{ operations: api.operations, tenants: api.tenants, invitations: api.invitations },
      sales: api.sales,
      ...{ domains: api.domains, names: domainNames },
      ...{ clock: systemClock, ids: systemIds },
      ...{ domain: outside?.domain ?? DOMAIN, seeds: new Map<string, string>() },
    },
    /** However often a server dies meanwhile. */
    start: (operation: Operation) =>
      eventually(() => startSaga({ ...api, engine: engines.engine }, operation), {
        ...{ withinMs: BACK_WITHIN_MS, everyMs: 100, what: `start of ${operation.id}` },
      }),
    tokens: createInvitationTokens(SEALING_KEY),
    handle: ({ kind, id }: Operation) => client.workflow.getHandle(`${kind}/${id}`),
    close: async () => {
      checkpoints.stop();
      await Promise.all([engines.close(), connection.close(), api.close(), keys.close()]);
      await stack.stop();
      await commander.close();
      rmSync(sockets, { recursive: true, force: true });
    },
  };
}
