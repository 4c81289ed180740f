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
  const started: { (): Promise<unknown> }[] = [
    async () => rmSync(folder, { recursive: true, force: true }),
  ];
  const keep = <T>(running: T, stop: (running: T) => Promise<unknown>): T => {
    started.push(() => stop(running));
    return running;
  };
  const stop = async () => {
    for (const each of started.splice(0).reverse()) await each();
  };
  try {
    const registry = keep(await registryDatabase(), (one) => one.close());
    const natsServer = keep(await nats.start({ paths: await nats.get(quiet) }), (one) =>
      one.stop(),
    );
    const store = keep(await clickhouse.start({ paths: await clickhouse.get(quiet) }), (one) =>
      one.stop(),
    );
    const proxy = keep(new LosingProxy(store.url), (one) => one.close());
    const { keyDir, root } = await assureLogKeys(folder, registry.databaseUrl, LOG);
    const environment = {
      DATABASE_URL: registry.databaseUrl,
      NATS_URL: natsServer.url,
      FACT_LOG_ORIGIN: LOG,
      KEY_DIR: keyDir,
      CHECKPOINT_DIR: join(folder, 'checkpoints'),
    };
    keep(runLog(environment), (one) => one.close());
    const api = keep(await startRegistryProcess('api', environment, folder), (one) => one.stop());
    const sinksDir = join(folder, 'sinks');
    const sinksEnvironment = {
      ...{ NATS_URL: natsServer.url, FACT_LOG_ORIGIN: LOG, SINKS_DIR: sinksDir },
      TENURE_URL: api.url,
      TENURE_ROOT: root,
      CLICKHOUSE_URL: await proxy.listen(),
      CLICKHOUSE_PASSWORD: store.password,
    };
    const tables = keep(new ClickHouse(store, DATABASE), (one) => one.close());
    const sinks = keep(await startRegistryProcess('sinks', sinksEnvironment, folder), (one) =>
      one.stop(),
    );
    /** So many facts of each of so many new tenants. */
    const commit = async (tenants: number, facts: number): Promise<string[]> =>
      Promise.all(
        Array.from({ length: tenants }, async () => {
          const { tenant } = await accepted(registry.api.operations, provisionRequest());
          await registry.worker.commits.transact([tenant], (transaction) =>
            transaction.appendFacts(chainOf(facts, tenant, LOG)),
          );
          return tenant;
        }),
      );
    const { admin } = registry;
    return {
      log: LOG,
      keyDir,
      sinksDir,
      admin,
      nats: natsServer,
      store,
      proxy,
      tables,
      sinks,
      commit,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
