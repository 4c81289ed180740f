import { shardName } from '../../facts/crypto/shard.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** Far above any page of the server: a broken one must not fill the memory. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Signed history. Rejects when the registry cannot be asked; asking again is the caller's. */
export type FactSource = {
  /** Lines of the shard from `from` on, as many as the server gives at once; [] = none yet. */
  fetch(shard: number, from: number, signal: AbortSignal): Promise<string[]>;
};

/** The registry did not answer as `GET /v1/facts` does. */
export class FactSourceError extends Error {
  readonly code = 'facts-unavailable';
  /** HTTP status; 0 when the answer was no such answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'FactSourceError';
    this.status = status;
  }
}

const readText = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES)
      throw new FactSourceError(0, `more than ${MAX_ANSWER_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

/** `GET {registryUrl}/v1/facts?shard=<00..ff>&from=<position>`: lines as text/plain. */
export const createHttpSource = (registryUrl: string, token: string): FactSource => {
  const base = registryUrl.endsWith('/') ? registryUrl : `${registryUrl}/`;
  return {
    fetch: async (shard, from, signal) => {
      const url = new URL(`v1/facts?shard=${shardName(shard)}&from=${from}`, base);
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${token}`, accept: 'text/plain' },
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new FactSourceError(response.status, `status ${response.status} for ${url.pathname}`);
      }
      const text = await readText(response);
      return text.split('\n').filter((line) => line !== '');
    },
  };
};
