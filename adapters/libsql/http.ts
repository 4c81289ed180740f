import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { PortError } from '../../ports/call.ts';
import type { PortErrorCode } from '../../ports/call.ts';
import { wasNotSent } from '../../ports/not-sent.ts';

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /** A lost answer leaves it open whether something was changed. */
  readonly changes: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** Parsed JSON, or the text where it is none. */
  readonly body: unknown;
}

/**
 * One request of one attempt; any status is an answer. Over `node:http`, because the namespace is
 * told by the Host header, which `fetch` does not let us set. Rejects with `PortError`.
 */
export async function sendHttp(call: HttpCall): Promise<HttpAnswer> {
  if (call.signal.aborted) {
    throw new PortError('tenant-database', 'unavailable', 'the call was stopped before');
  }
  try {
    const response = await open(call);
    const body = await text(response);
    return { status: response.statusCode ?? 0, body: parse(body) };
  } catch (cause) {
    const notSent = wasNotSent(cause);
    const code = call.changes && !notSent ? 'unknown' : 'unavailable';
    throw new PortError('tenant-database', code, 'libSQL gave no answer', { cause });
  }
}

/** What an answer means that is not the expected one. */
export function refusal(answer: HttpAnswer, changes: boolean): PortError {
  const [code, message] = refusalOf(answer.status, changes);
  const cause = new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  return new PortError('tenant-database', code, message, { cause });
}

function refusalOf(status: number, changes: boolean): [PortErrorCode, string] {
  if (status === 401 || status === 403) return ['forbidden', 'libSQL refuses our credentials'];
  if (status === 429 || status === 503) return ['unavailable', 'libSQL is busy'];
  if (status >= 500) return [changes ? 'unknown' : 'unavailable', 'libSQL failed'];
  return ['invalid', 'libSQL does not take the request'];
}

function open(call: HttpCall): Promise<IncomingMessage> {
  const send = call.url.protocol === 'https:' ? httpsRequest : httpRequest;
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  return new Promise((resolve, reject) => {
    const outgoing = send(call.url, {
      method: call.method,
      signal: call.signal,
      headers: { ...call.headers, ...(body && { 'content-type': 'application/json' }) },
    });
    outgoing.once('response', resolve).once('error', reject).end(body);
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
