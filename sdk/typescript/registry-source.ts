import { concatBytes } from '../../facts/core/bytes.ts';
import { shardName } from '../../facts/crypto/shard.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** Far above any page of the server: a broken one must not fill the memory. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Signed history. */
export type LineSource = {
  /** Lines of the shard from `from` on, as many as there are at once; [] = none yet. */
  fetch(shard: number, from: number, signal: AbortSignal): Promise<string[]>;
};

/** Rejects when the registry cannot be asked; asking again is the caller's. */
export type RegistrySource = LineSource & {
  /** Note of a key set; undefined: there is none of that version yet. */
  keySet(version: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Note of the newest heartbeat; undefined: there was none yet. */
  heartbeat(signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Note of the newest state; undefined: there is none. */
  stateNote(signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** A node of the state tree by its hash, hexadecimal, as it is kept: it may be compressed. */
  stateNode(hash: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  sendReceipt(note: string, signal: AbortSignal): Promise<void>;
};

/** The registry did not answer as `GET /v1/facts` and `GET /v1/log/…` do. */
export class RegistrySourceError extends Error {
  readonly code = 'facts-unavailable';
  /** HTTP status; 0 when the answer was no such answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RegistrySourceError';
    this.status = status;
  }
}

const readBytes = async (response: Response): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      throw new RegistrySourceError(0, `more than ${MAX_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
};

const NOT_FOUND = 404;

type Sent = { headers: Record<string, string>; method?: 'POST'; body?: string };

const refused = (status: number, path: string): RegistrySourceError =>
  new RegistrySourceError(status, `status ${status} for /${path.split('?')[0]}`);

/**
 * `GET {registryUrl}/v1/facts?shard=<00..ff>&from=<position>`: lines as text/plain;
 * `/v1/log/keys/<version>`, `/v1/log/heartbeat` and `/v1/log/state`: notes, verbatim;
 * `/v1/log/state/<hash>`: nodes. `POST /v1/log/receipts` takes receipts.
 */
export const createHttpSource = (registryUrl: string, token: string): RegistrySource => {
  const base = registryUrl.endsWith('/') ? registryUrl : `${registryUrl}/`;
  const request = (
    path: string,
    { headers, ...init }: Sent,
    signal: AbortSignal,
  ): Promise<Response> =>
    fetch(new URL(path, base), {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...headers },
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
  const get = async (
    path: string,
    signal: AbortSignal,
    accept = 'text/plain',
  ): Promise<Uint8Array | undefined> => {
    const response = await request(path, { headers: { accept } }, signal);
    if (response.status === 200) return readBytes(response);
    await response.body?.cancel();
    if (response.status === NOT_FOUND) return undefined;
    throw refused(response.status, path);
  };
  return {
    fetch: async (shard, from, signal) => {
      const path = `v1/facts?shard=${shardName(shard)}&from=${from}`;
      const bytes = await get(path, signal);
      if (bytes === undefined) throw new RegistrySourceError(NOT_FOUND, 'no /v1/facts there');
      return new TextDecoder()
        .decode(bytes)
        .split('\n')
        .filter((line) => line !== '');
    },
    keySet: (version, signal) => get(`v1/log/keys/${version}`, signal),
    heartbeat: (signal) => get('v1/log/heartbeat', signal),
    stateNote: (signal) => get('v1/log/state', signal),
    stateNode: (hash, signal) => get(`v1/log/state/${hash}`, signal, 'application/octet-stream'),
    sendReceipt: async (note, signal) => {
      const path = 'v1/log/receipts';
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      const response = await request(path, { method: 'POST', headers, body: note }, signal);
      await response.body?.cancel();
      if (!response.ok) throw refused(response.status, path);
    },
  };
};
