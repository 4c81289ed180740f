import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;

/** A provider that signs everybody in at once, and lies as the test tells it to. */
export interface FakeProvider {
  readonly issuer: string;
  /** Changes the claims of the next ID tokens; undefined as a value drops one. */
  claims: Json;
  /** Changes the header of the next ID tokens. */
  header: Json;
  /** Signs in place of the published key; `null`: no signature. */
  signWith: KeyObject | null | undefined;
  /** Changes the discovery document. */
  metadata: Json;
  /** Answers each request with this status instead. */
  status: number | undefined;
  /** What the last authorization request asked for. */
  asked: URLSearchParams;
  /** The query with which a browser comes back from `url`. */
  signIn(url: string): URLSearchParams;
  close(): Promise<void>;
}

const CLIENT = 'web';
const TOKEN_LIFE_S = 300;

export async function startFakeProvider(): Promise<FakeProvider> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const codes = new Map<string, URLSearchParams>();
  const server = createServer((request, response) => {
    void answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${origin}/realms/acme`;
  const documents: Readonly<Record<string, () => Json>> = {
    '/realms/acme/.well-known/openid-configuration': () => ({
      ...metadataOf(issuer),
      ...provider.metadata,
    }),
    '/realms/acme/certs': () => ({
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }],
    }),
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: Json) =>
      void response
        .writeHead(status, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(body));
    const path = request.url ?? '';
    if (provider.status !== undefined) return send(provider.status, {});
    if (path !== '/realms/acme/token') return send(200, documents[path]?.() ?? {});
    const body = new URLSearchParams((await request.toArray()).join(''));
    const asked = codes.get(body.get('code') ?? '');
    codes.delete(body.get('code') ?? '');
    if (asked === undefined || !isProven(asked, body)) return send(400, { error: 'invalid_grant' });
    const claims = { ...claimsOf(issuer, asked), ...provider.claims };
    const key = provider.signWith === undefined ? privateKey : provider.signWith;
    const token = signedJwt({ alg: 'RS256', kid: 'one', ...provider.header }, claims, key);
    return send(200, { token_type: 'Bearer', access_token: 'x', id_token: token });
  }
  const provider: FakeProvider = {
    issuer,
    ...{ claims: {}, header: {}, signWith: undefined, metadata: {}, status: undefined },
    asked: new URLSearchParams(),
    signIn: (url) => {
      const code = randomUUID();
      provider.asked = new URL(url).searchParams;
      codes.set(code, provider.asked);
      const state = provider.asked.get('state') ?? '';
      return new URLSearchParams({ code, state, iss: issuer });
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return provider;
}

function metadataOf(issuer: string): Json {
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/certs`,
    response_types_supported: ['code'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
}

function claimsOf(issuer: string, asked: URLSearchParams): Json {
  const nowS = Math.floor(Date.now() / 1000);
  const [iat, exp] = [nowS, nowS + TOKEN_LIFE_S];
  return {
    ...{ iss: issuer, aud: CLIENT, azp: CLIENT, sub: 'grace', iat, exp, auth_time: nowS },
    ...{ nonce: asked.get('nonce'), email: 'grace@acme.example', email_verified: true },
  };
}

/** RFC 7636, 4.6. */
function isProven(asked: URLSearchParams, body: URLSearchParams): boolean {
  const verifier = body.get('code_verifier') ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return asked.get('code_challenge') === challenge;
}

function signedJwt(header: Json, claims: Json, key: KeyObject | null): string {
  const parts = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const text = parts.join('.');
  if (key === null) return `${text}.`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}
