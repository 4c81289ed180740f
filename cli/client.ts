import { CliError, EXIT } from './errors.ts';

const REQUEST_DEADLINE_MS = 70_000;
const NO_CONTENT = 204;

type KeyHeader = Readonly<Record<string, string>>;

export interface Client {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  /** `T`: void for answers without a body. */
  delete<T>(path: string, headers?: KeyHeader): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  post<T>(path: string, body?: unknown, headers?: KeyHeader): Promise<T>;
  /** For answers with a body, by any method that changes something. */
  send<T>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: KeyHeader,
  ): Promise<T>;
}

interface ProblemBody {
  readonly title?: string;
  readonly detail?: string;
  readonly whatToDo?: string;
  readonly errors?: readonly { readonly at: string; readonly detail: string }[];
}

/** The API over HTTP. Throws {@link CliError}: `refused` for an answer, `unreachable` for none. */
export function createClient(url: string, token: string): Client {
  const call = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await send(url, path, token, init);
    if (response.status === NO_CONTENT) return undefined;
    const body = await readJson(url, response);
    if (!response.ok) throw refusal(body as ProblemBody, response.status);
    return body;
  };
  const change = <T>(method: string, path: string, body?: unknown, headers: KeyHeader = {}) => {
    const json = { 'Content-Type': 'application/json' };
    return call(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : json), ...headers },
    }) as Promise<T>;
  };
  return {
    url,
    send: change,
    get: <T>(path: string) => call(path, {}) as Promise<T>,
    delete: (path, headers) => change('DELETE', path, undefined, headers),
    put: (path, body) => change('PUT', path, body),
    post: (path, body, headers) => change('POST', path, body, headers),
  };
}

/** The same key again has one effect. */
export function keyHeader(idempotencyKey: string | undefined): KeyHeader {
  return idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey };
}

async function send(url: string, path: string, token: string, init: RequestInit) {
  try {
    return await fetch(`${url}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
      signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
    });
  } catch (cause) {
    throw new CliError(
      EXIT.unreachable,
      `The registry at ${url} does not answer.`,
      'Start it (npm start), or give its address in TENURE_URL or with --url.',
      { cause },
    );
  }
}

async function readJson(url: string, response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw new CliError(
      EXIT.unreachable,
      `What answers at ${url} is not the registry.`,
      'Check TENURE_URL or --url.',
      { cause },
    );
  }
}

function refusal({ title, detail, whatToDo, errors }: ProblemBody, status: number): CliError {
  const members = (errors ?? []).map(({ at, detail: why }) => `\n  ${at}: ${why}`).join('');
  const message = `${title ?? `The registry answered ${status}`}: ${detail ?? ''}${members}`;
  return new CliError(EXIT.refused, message, whatToDo);
}
