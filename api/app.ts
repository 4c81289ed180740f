import type { Express } from 'express';
import type { Logger } from 'pino';
import { createAcceptPages } from './accept/router.ts';
import { createCodecServer } from './codec/server.ts';
import type { CodecOptions } from './codec/server.ts';
import { createDocumentationPages } from './docs/pages.ts';
import { createAuthorizer } from './http/access.ts';
import type { Tokens } from './http/access.ts';
import { createServer } from './http/server.ts';
import { formatOpenApi } from './openapi/document.ts';
import type { ApiPorts } from './ports.ts';
import { ROUTES } from './routes.ts';

export interface AppOptions {
  readonly ports: ApiPorts;
  readonly tokens: Tokens;
  readonly log: Logger;
  readonly codec: Omit<CodecOptions, 'authorize'>;
  /** Fires when the server closes, so that waiting requests end. */
  readonly closing: AbortSignal;
}

/** The whole API over its ports. */
export function createApp({ ports, tokens, log, closing, codec }: AppOptions): Express {
  const authorize = createAuthorizer(tokens);
  const pages = [
    ...createDocumentationPages(() => formatOpenApi(ROUTES.map(({ spec }) => spec))),
    ...createAcceptPages({ ports, cookies: ports.acceptCookies, log }),
    { path: '/codec', handler: createCodecServer({ ...codec, authorize }) },
  ];
  return createServer({
    routes: ROUTES,
    ports,
    authorize,
    log,
    closing,
    pages,
  });
}
