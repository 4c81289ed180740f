import { PortError } from '../../ports/call.ts';
import { refusal, sendHttp } from './http.ts';
import type { HttpAnswer } from './http.ts';

export interface LibsqlAccess {
  /** Admin API, e.g. `http://127.0.0.1:9090`. */
  readonly adminUrl: string;
  /** `--admin-auth-key` of the server. */
  readonly adminKey?: string;
  /** HTTP API of the databases; a database's own address has its namespace as first label. */
  readonly baseUrl: string;
  /** Token (JWT) for the databases. */
  readonly authToken?: string;
}

export interface Statement {
  readonly sql: string;
  readonly args?: readonly string[];
}

/** Rows of texts, or the server's message. */
export type StatementResult =
  | { readonly rows: readonly (readonly string[])[] }
  | { readonly error: string };

/** One libSQL server with namespaces. Rejects with `PortError` of port `tenant-database`. */
export interface LibsqlServer {
  /** False when it was there already. */
  createNamespace(name: string, signal: AbortSignal): Promise<boolean>;
  /** None is success. */
  deleteNamespace(name: string, signal: AbortSignal): Promise<void>;
  namespaceExists(name: string, signal: AbortSignal): Promise<boolean>;
  /** One result for each statement; undefined when there is no such namespace. */
  run(
    name: string,
    statements: readonly Statement[],
    options: { signal: AbortSignal; changes: boolean },
  ): Promise<readonly StatementResult[] | undefined>;
  urlOf(name: string): string;
}

/** The server answers 400 with this text, not 409. */
const ALREADY_EXISTS = /already exists/u;

export function openLibsqlServer(access: LibsqlAccess): LibsqlServer {
  const adminHeaders = access.adminKey ? { authorization: `basic ${access.adminKey}` } : {};
  const admin = (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    signal: AbortSignal,
    body?: unknown,
  ) =>
    sendHttp({
      method,
      url: new URL(`/v1/namespaces/${path}`, access.adminUrl),
      headers: adminHeaders,
      signal,
      changes: method !== 'GET',
      ...(body !== undefined && { body }),
    });
  return {
    async createNamespace(name, signal) {
      const answer = await admin('POST', `${name}/create`, signal, {});
      if (answer.status === 200) return true;
      if (answer.status === 400 && ALREADY_EXISTS.test(JSON.stringify(answer.body))) return false;
      throw refusal(answer, true);
    },
    async deleteNamespace(name, signal) {
      const answer = await admin('DELETE', name, signal);
      if (answer.status !== 200 && answer.status !== 404) throw refusal(answer, true);
    },
    async namespaceExists(name, signal) {
      const answer = await admin('GET', `${name}/config`, signal);
      if (answer.status !== 200 && answer.status !== 404) throw refusal(answer, false);
      return answer.status === 200;
    },
    async run(name, statements, options) {
      const answer = await runPipeline(access, name, statements, options);
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw refusal(answer, options.changes);
      return parseResults(answer, statements.length, options.changes);
    },
    urlOf: (name) => {
      const { protocol, host } = new URL(access.baseUrl);
      return `${protocol}//${name}.${host}`;
    },
  };
}

/** Hrana over HTTP, version 2: one request with all statements; it closes its stream. */
function runPipeline(
  access: LibsqlAccess,
  name: string,
  statements: readonly Statement[],
  { signal, changes }: { signal: AbortSignal; changes: boolean },
): Promise<HttpAnswer> {
  const execute = statements.map(({ sql, args = [] }) => ({
    type: 'execute',
    stmt: { sql, args: args.map((value) => ({ type: 'text', value })) },
  }));
  const url = new URL('/v2/pipeline', access.baseUrl);
  return sendHttp({
    method: 'POST',
    url,
    headers: {
      host: `${name}.${url.host}`,
      ...(access.authToken && { authorization: `Bearer ${access.authToken}` }),
    },
    body: { requests: [...execute, { type: 'close' }] },
    signal,
    changes,
  });
}

interface PipelineResult {
  readonly error?: { readonly message: string };
  readonly response?: { readonly result?: { rows: { value?: string }[][] } };
}

function parseResults(answer: HttpAnswer, count: number, changes: boolean): StatementResult[] {
  const { results } = answer.body as { results?: PipelineResult[] };
  if (!Array.isArray(results) || results.length < count) {
    const code = changes ? 'unknown' : 'unavailable';
    throw new PortError('tenant-database', code, 'libSQL gave an answer of another form');
  }
  return results.slice(0, count).map(({ error, response }) => {
    if (error !== undefined) return { error: error.message };
    const rows = response?.result?.rows ?? [];
    return { rows: rows.map((row) => row.map(({ value }) => String(value ?? ''))) };
  });
}
