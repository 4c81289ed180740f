import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createApp } from '../../../api/app.ts';
import { createAcceptCookies } from '../../../api/accept/cookie.ts';
import { createCursors } from '../../../api/http/cursor.ts';
import type { ApiPorts } from '../../../api/ports.ts';
import { createMemoryExports } from '../../../adapters/memory/exports.ts';
import { createMemoryLogin } from '../../../adapters/memory/login.ts';
import type { MemoryLogin } from '../../../adapters/memory/login.ts';
import { createMemorySales } from '../../../adapters/memory/sales.ts';
import type { MemorySales } from '../../../adapters/memory/sales.ts';
import { createMemoryPlaneStore } from '../../../adapters/memory/planes.ts';
import { systemClock } from '../../../adapters/system/clock.ts';
import { createDomainChallenges } from '../../../adapters/system/domain-challenges.ts';
import { domainNames } from '../../../adapters/system/domain-names.ts';
import { systemIds } from '../../../adapters/system/ids.ts';
import { loginCallback } from '../../../ports/oidc-login.ts';
import type { Report } from '../../../domain/reconcile/report.ts';
import type { Exports } from '../../../ports/exports.ts';
import type { FactFinding, FactReading, SignedFact } from '../../../ports/fact-log.ts';
import type { JsonPayload } from '../../../ports/saga-keys.ts';
import type { PlaneStore } from '../../../ports/plane-store.ts';
import { FakeLogStore } from '../../registry/fake-log-store.ts';
import { LOG } from '../../sdk/support/fact-writer.ts';
import { createFakeEngine } from './fake-engine.ts';
import type { FakeEngine } from './fake-engine.ts';
import { createMemoryRegistry } from './memory-registry.ts';
import type { MemoryRegistry } from './memory-registry.ts';
import { createOpenInvitations } from './open-invitations.ts';
import type { OpenInvitations } from './open-invitations.ts';

export const OPERATOR = 'operator-token-of-tests';
export const READER = 'reader-token-of-tests';

/** Where Temporal's UI of the tests is. */
export const UI_ORIGIN = 'http://temporal-ui.test';
/** As if it had been opened. */
const marked = (payload: JsonPayload): JsonPayload => ({ ...payload, data: 'b3BlbmVk' });

export interface Ask {
  readonly method?: string;
  readonly path: string;
  /** Undefined: the operator's; null: none. */
  readonly token?: string | null;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it stands, instead of `body`. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined when the text is not JSON. */
  readonly json: Record<string, never> | undefined;
}

export interface TestApi {
  readonly url: string;
  readonly registry: MemoryRegistry;
  readonly engine: FakeEngine;
  readonly facts: SignedFact[];
  /** Ids of the facts that an operation made. */
  readonly made: Map<string, string[]>;
  readonly planes: PlaneStore;
  /** Those that somebody has a link to. */
  readonly links: OpenInvitations;
  /** Who signs in, as the invited or as others. */
  readonly people: MemoryLogin;
  /** What the doctor kept, by operation. */
  readonly reports: Map<string, Report>;
  readonly sales: MemorySales;
  readonly logStore: FakeLogStore;
  readonly exports: Exports;
  /** All lines of the log. */
  readonly log: string[];
  /** Each call of a store rejects with it from now on. */
  breakStore(error: Error): void;
  ask(request: Ask): Promise<Answer>;
  close(): Promise<void>;
}

/** What stands behind the API, as a test sees it. */
function createMemory() {
  const registry = createMemoryRegistry();
  return {
    registry,
    engine: createFakeEngine(),
    facts: [] as SignedFact[],
    made: new Map<string, string[]>(),
    planes: createMemoryPlaneStore(),
    links: createOpenInvitations(registry.rows.tenants),
    people: createMemoryLogin(loginCallback('https://tenure.test')),
    reports: new Map<string, Report>(),
    exports: createMemoryExports(),
    sales: createMemorySales(),
    logStore: new FakeLogStore(),
    log: [] as string[],
  };
}

/** The real app on a free port, over ports in memory. */
export async function startTestApi(overrides: Partial<ApiPorts> = {}): Promise<TestApi> {
  const memory = createMemory();
  const { registry, reports } = memory;
  const { breakable, breakStore } = createBreaker();
  const stores = {
    operations: breakable(registry.operations),
    tenants: breakable(registry.tenants),
    invitations: breakable({ ...registry.invitations, ...memory.links }),
    sales: breakable(memory.sales),
    domains: breakable(registry.domains),
  };
  const closing = new AbortController();
  const app = createApp({
    ports: {
      accept: {
        ...{ ...stores, names: domainNames, ids: systemIds, clock: systemClock },
        domain: 'tenure.test',
        seeds: new Map(),
      },
      ...stores,
      engine: memory.engine,
      challenges: createDomainChallenges(new Uint8Array(32)),
      facts: breakable(readingOf(memory.facts, memory.made)),
      planes: breakable(memory.planes),
      reconcile: breakable({ findReport: (id: string) => Promise.resolve(reports.get(id)) }),
      clock: systemClock,
      logOrigin: LOG,
      log: breakable(memory.logStore),
      secrets: breakable(registry.secrets),
      exports: breakable(memory.exports),
      store: breakable({ probe: () => Promise.resolve() }),
      cursors: createCursors(new Uint8Array(32)),
      login: memory.people.login,
      acceptCookies: createAcceptCookies(new Uint8Array(32)),
      showsInviteLinks: true,
      ...overrides,
    },
    codec: { openPayloads: async (payloads) => payloads.map(marked), uiOrigin: UI_ORIGIN },
    tokens: { operator: OPERATOR, reader: READER },
    log: pino({}, { write: (line: string) => void memory.log.push(line) }),
    closing: closing.signal,
  });
  const { url, close } = await listen(app);
  return {
    ...{ url, ...memory, breakStore },
    ask: (request) => ask(url, request),
    close: async () => {
      closing.abort();
      await close();
    },
  };
}

async function listen(app: ReturnType<typeof createApp>) {
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function createBreaker() {
  let broken: Error | undefined;
  return {
    breakable: <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (object, name) =>
          broken === undefined
            ? (object as Record<PropertyKey, unknown>)[name]
            : () => Promise.reject(broken as Error),
      }),
    breakStore: (error: Error): void => {
      broken = error;
    },
  };
}

function readingOf(
  facts: readonly SignedFact[],
  made: ReadonlyMap<string, readonly string[]>,
): FactReading & FactFinding {
  return {
    findFacts: async (question) => {
      if ('operation' in question) {
        const ids = made.get(question.operation) ?? [];
        const found = facts.filter(({ id }) => ids.includes(id));
        return { facts: found, pending: ids.length - found.length };
      }
      const isAsked = ({ id, tenant, seq }: SignedFact): boolean => {
        if ('fact' in question) return id === question.fact;
        if ('chainOf' in question) return tenant === question.chainOf;
        return tenant === question.tenant && seq === question.seq;
      };
      return { facts: facts.filter(isAsked), pending: 0 };
    },
    readShard: (shard, from, limit) =>
      Promise.resolve(facts.filter((f) => f.shard === shard && f.position >= from).slice(0, limit)),
    shardPositions: () => Promise.resolve([]),
    leafOf: () => Promise.resolve(undefined),
    indexesOf: () => Promise.resolve(new Map<string, number>()),
  };
}

async function ask(url: string, request: Ask): Promise<Answer> {
  const { method = 'GET', path, token = OPERATOR, body, raw, headers } = request;
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parseJson(text) };
}

function parseJson(text: string): Answer['json'] {
  try {
    return JSON.parse(text) as Record<string, never>;
  } catch {
    return undefined;
  }
}
