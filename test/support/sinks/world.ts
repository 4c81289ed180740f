import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as clickhouse from '../../../tools/servers/clickhouse.ts';
import * as nats from '../../../tools/servers/nats.ts';
import { quiet } from '../../../tools/servers/progress.ts';
import { assureLogKeys } from '../../../tools/stack/keys.ts';
import { startRegistryProcess } from '../../../tools/stack/registry-process.ts';
import { accepted, provisionRequest } from '../../adapters/postgres/registry-database.ts';
import { registryDatabase } from '../../adapters/postgres/registry-database.ts';
import { chainOf } from '../../registry/fake-fact-log.ts';
import { ClickHouse } from '../clickhouse.ts';
import { LosingProxy } from '../losing-proxy.ts';
import { runLog } from './log-in-process.ts';

const LOG = 'tenure.localhost/sinks';
const DATABASE = 'tenure';

export type SinkWorld = Awaited<ReturnType<typeof startSinkWorld>>;

/**
 * Postgres, NATS, the registry's API and its log, ClickHouse behind a proxy that can lose answers,
 * and the process of the sinks between them.
 */
export async function startSinkWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-sinks-'));
  const started: Stoppable[] = [];
  const keep = <T extends Stoppable>(running: T): T => {
    started.push(running);
    return running;
  };
  const stop = async () => {
    for (const each of started.splice(0).reverse()) {
      await ('stop' in each ? each.stop() : each.close());
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const servers = await startServers(keep);
    return { ...servers, ...(await startProcesses(folder, servers, keep)), log: LOG, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Stoppable = { stop(): Promise<unknown> } | { close(): Promise<unknown> };
type Keep = <T extends Stoppable>(running: T) => T;
type Servers = Awaited<ReturnType<typeof startServers>>;

async function startServers(keep: Keep) {
  const registry = keep(await registryDatabase());
  const natsServer = keep(await nats.start({ paths: await nats.get(quiet) }));
  const store = keep(await clickhouse.start({ paths: await clickhouse.get(quiet) }));
  const proxy = keep(new LosingProxy(store.url));
  const tables = keep(new ClickHouse(store, DATABASE));
  /** So many facts of each of so many new tenants. */
  const commit = (tenants: number, facts: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: tenants }, async () => {
        const { tenant } = await accepted(registry.api.operations, provisionRequest());
        await registry.worker.commits.transact([tenant], (transaction) =>
          transaction.appendFacts(chainOf(facts, tenant, LOG)),
        );
      }),
    );
  const { admin, databaseUrl } = registry;
  return { admin, databaseUrl, nats: natsServer, store, proxy, tables, commit };
}

async function startProcesses(folder: string, servers: Servers, keep: Keep) {
  const { keyDir, root } = await assureLogKeys(folder, servers.databaseUrl, LOG);
  const shared = { NATS_URL: servers.nats.url, FACT_LOG_ORIGIN: LOG };
  const registry = {
    ...shared,
    DATABASE_URL: servers.databaseUrl,
    KEY_DIR: keyDir,
    CHECKPOINT_DIR: join(folder, 'checkpoints'),
  };
  keep(runLog(registry));
  const api = keep(await startRegistryProcess('api', registry, folder));
  const sinksDir = join(folder, 'sinks');
  const environment = {
    ...shared,
    SINKS_DIR: sinksDir,
    TENURE_URL: api.url,
    TENURE_ROOT: root,
    CLICKHOUSE_URL: await servers.proxy.listen(),
    CLICKHOUSE_PASSWORD: servers.store.password,
  };
  return {
    keyDir,
    sinksDir,
    sinks: keep(await startRegistryProcess('sinks', environment, folder)),
  };
}
