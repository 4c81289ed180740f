import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KeycloakConfig } from '../../../adapters/keycloak/config.ts';

const TOKEN_PATH = '/realms/master/protocol/openid-connect/token';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}
/** `silent` never answers, `cut` closes the connection. */
export type Answers = (
  method: string,
  path: string,
  token: string,
  query: URLSearchParams,
) => Answer | 'silent' | 'cut';

/** An HTTP server that gives tokens `token-1`, `token-2` … and answers as it is told. */
export async function startFakeKeycloak(answers: Answers, tokenLifeS = 60) {
  let tokens = 0;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const method = request.method ?? '';
    const { pathname: path, searchParams } = new URL(request.url ?? '', 'http://localhost');
    if (path === TOKEN_PATH) {
      tokens += 1;
      reply(response, 200, { access_token: `token-${tokens}`, expires_in: tokenLifeS });
      return;
    }
    requests.push(`${method} ${path}`);
    answer(request, response, answers(method, path, bearerOf(request), searchParams));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config: KeycloakConfig = {
    adminUrl: url,
    issuerBase: url,
    realm: 'master',
    clientId: 'tenure',
    clientSecret: 'secret',
    poolRealm: 'pool',
    loginCallback: 'http://tenure.test/invitations/callback',
    smtp: undefined,
  };
  return {
    config,
    requests,
    tokens: () => tokens,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  what: ReturnType<Answers>,
): void {
  if (what === 'cut') request.socket.destroy();
  else if (what !== 'silent') reply(response, what.status, what.body);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function bearerOf(request: IncomingMessage): string {
  return (request.headers.authorization ?? '').replace('Bearer ', '');
}
