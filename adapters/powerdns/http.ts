import { PortError } from '../../ports/call.ts';
import type { PortErrorCode } from '../../ports/call.ts';
import { wasNotSent } from '../../ports/not-sent.ts';

export interface ZoneApi {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly serverId: string;
  /** Lower case, without final dot. */
  readonly zone: string;
}

export interface RecordSet {
  /** With final dot, as everywhere in this API. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly { readonly content: string; readonly disabled?: boolean }[];
}

export interface RecordSetChange {
  readonly name: string;
  readonly type: string;
  readonly changetype: 'REPLACE' | 'DELETE';
  readonly ttl?: number;
  readonly records?: RecordSet['records'];
}

/** The record sets of one name, or of the whole zone. */
export async function readRecordSets(
  api: ZoneApi,
  name: string | undefined,
  signal: AbortSignal,
): Promise<readonly RecordSet[]> {
  const query = name === undefined ? '' : `?${new URLSearchParams({ rrset_name: name })}`;
  const response = await request(api, query, { method: 'GET', signal });
  const zone = (await response.json()) as { rrsets: RecordSet[] };
  // Before 4.6 the query is ignored and the whole zone comes.
  return name === undefined ? zone.rrsets : zone.rrsets.filter((set) => set.name === name);
}

/** All changes in one transaction of the backend, in their order. */
export async function changeRecordSets(
  api: ZoneApi,
  rrsets: readonly RecordSetChange[],
  signal: AbortSignal,
): Promise<void> {
  await request(api, '', { method: 'PATCH', body: JSON.stringify({ rrsets }), signal });
}

async function request(
  api: ZoneApi,
  query: string,
  init: { method: 'GET' | 'PATCH'; body?: string; signal: AbortSignal },
): Promise<Response> {
  const zone = `/api/v1/servers/${encodeURIComponent(api.serverId)}/zones/${api.zone}.`;
  const changes = init.method === 'PATCH';
  if (init.signal.aborted) throw new PortError('dns', 'unavailable', 'the call was stopped before');
  let response: Response;
  let body: ArrayBuffer;
  try {
    response = await fetch(`${api.apiUrl.replace(/\/$/u, '')}${zone}${query}`, {
      ...init,
      headers: { 'X-API-Key': api.apiKey, 'Content-Type': 'application/json' },
    });
    body = await response.arrayBuffer();
  } catch (cause) {
    const code = changes && !wasNotSent(cause) ? 'unknown' : 'unavailable';
    throw new PortError('dns', code, 'PowerDNS gave no answer', { cause });
  }
  if (response.ok) return new Response(body.byteLength === 0 ? null : body);
  const [code, message] = refusalOf(response.status, changes);
  const said = new TextDecoder().decode(body);
  throw new PortError('dns', code, message, { cause: new Error(`${response.status}: ${said}`) });
}

function refusalOf(status: number, changes: boolean): [PortErrorCode, string] {
  if (status === 401 || status === 403) return ['forbidden', 'PowerDNS refuses our API key'];
  if (status === 404) return ['invalid', 'PowerDNS does not have the configured zone'];
  if (status === 429 || status === 503) return ['unavailable', 'PowerDNS is busy'];
  if (status >= 500) return [changes ? 'unknown' : 'unavailable', 'PowerDNS failed'];
  return ['invalid', 'PowerDNS does not take the records'];
}
