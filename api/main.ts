import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { DEFAULT_TIMING } from '../domain/saga-timing.ts';
import { cachingInnerNodes } from '../registry/cached-nodes.ts';
import { composeApi } from '../wiring/api.ts';
import { sealingKeyOf } from '../wiring/options.ts';
import type { Config } from '../wiring/config/load.ts';
import { runProcess } from '../wiring/process.ts';
import type { Running } from '../wiring/process.ts';
import { createAcceptCookies } from './accept/cookie.ts';
import { createApp } from './app.ts';
import { createCursors } from './http/cursor.ts';

await runProcess('api', start);

async function start(config: Config): Promise<Running> {
  const { service, access } = config;
  const log = pino({ base: { process: 'api' } });
  const adapters = composeApi(config, DEFAULT_TIMING);
  const closing = new AbortController();
  const app = createApp({
    ports: {
      ...adapters,
      accept: adapters,
      log: { ...adapters.log, ...cachingInnerNodes(adapters.log) },
      cursors: createCursors(sealingKeyOf(config)),
      acceptCookies: createAcceptCookies(sealingKeyOf(config)),
      showsInviteLinks: service.env !== 'prod',
    },
    tokens: { operator: access.operatorToken.reveal(), reader: access.readerToken.reveal() },
    log,
    codec: { openPayloads: adapters.openPayloads, uiOrigin: config.temporal.uiOrigin },
    closing: closing.signal,
  });
  const server = createServer(app);
  server.listen(service.port, service.host);
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  log.info({ address, port, env: service.env }, 'listening');
  return {
    close: async () => {
      closing.abort();
      server.close();
      server.closeIdleConnections();
      await once(server, 'close');
      await adapters.close();
    },
  };
}
