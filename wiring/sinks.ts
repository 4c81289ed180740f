import { createClickHouseSink } from '../adapters/clickhouse/sink.ts';
import type { FactSink } from '../ports/fact-sink.ts';
import type { Config } from './config/load.ts';

/** Every kind of sink there is, and how it is made of its section; undefined: not configured. */
const SINKS: readonly ((config: Config) => FactSink | undefined)[] = [
  ({ clickhouse }) =>
    clickhouse && createClickHouseSink({ ...clickhouse, password: clickhouse.password.reveal() }),
];

/** The configured sinks, and what their reader follows. Nothing is connected before it is used. */
export function composeSinks(config: Config) {
  const { access, client, facts, sinks } = config;
  // The configuration refuses a process of sinks without them.
  if (client.root === undefined || client.url === undefined || sinks.directory === undefined)
    throw new Error('TENURE_ROOT, TENURE_URL or SINKS_DIR is missing');
  return {
    sinks: SINKS.flatMap((make) => make(config) ?? []),
    reader: {
      registryUrl: client.url,
      token: access.readerToken.reveal(),
      natsUrl: facts.natsUrl.reveal(),
      log: facts.logOrigin,
      root: client.root,
      directory: sinks.directory,
    },
  };
}
