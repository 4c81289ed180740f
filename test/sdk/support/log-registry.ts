import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromBase64, fromHex } from '../../../facts/core/bytes.ts';
import { EMPTY_HASH, leafHash, runningHash } from '../../../facts/crypto/hash.ts';
import type { Head } from '../../../facts/log/heartbeat.ts';
import type { FactWriter } from './fact-writer.ts';
import { headsOf, heartbeatNote, keySetNote } from './log-writer.ts';

export const TOKEN = 'read-only-token';
/** Small, so that every test pages. */
const PAGE_LINES = 2;

const payloadOf = (line: string): Uint8Array => {
  const { payload } = JSON.parse(line.split(' ').slice(2).join(' ')) as { payload: string };
  return fromBase64(payload) ?? new Uint8Array();
};

const headOf = (lines: readonly string[]): Head => ({
  count: lines.length,
  hash: lines.reduce((hash, line) => runningHash(hash, leafHash(payloadOf(line))), EMPTY_HASH),
});

/** Facts, key sets and heartbeats as the registry serves them to data planes. */
export class LogRegistry {
  readonly #writer: FactWriter;
  readonly #server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const known = request.headers.authorization === `Bearer ${TOKEN}`;
    if (!known || this.down) response.writeHead(known ? 503 : 401).end('{}');
    else this.#answer(url, response);
  });
  keySets = [keySetNote()];
  down = false;
  heartbeatsServed = 0;
  published = 0;
  #lastMs = 0;

  constructor(writer: FactWriter) {
    this.#writer = writer;
  }

  /** The note of a heartbeat of now, each later than the last. */
  heartbeat(): string {
    this.published += 1;
    this.#lastMs = Math.max(Date.now(), this.#lastMs + 1);
    const shards = [...this.#writer.shards].map(([shard, lines]) => [shard, headOf(lines)]);
    return heartbeatNote({
      at: new Date(this.#lastMs).toISOString(),
      keySetVersion: this.keySets.length,
      heads: headsOf(Object.fromEntries(shards) as Record<number, Head>),
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #answer(url: URL, response: ServerResponse): void {
    const version = /^\/v1\/log\/keys\/(\d+)$/.exec(url.pathname)?.[1];
    if (url.pathname === '/v1/facts') response.end(this.#page(url.searchParams));
    else if (url.pathname === '/v1/log/heartbeat') {
      this.heartbeatsServed += 1;
      response.end(this.heartbeat());
    } else {
      const note = version === undefined ? undefined : this.keySets[Number(version) - 1];
      response.writeHead(note === undefined ? 404 : 200).end(note);
    }
  }

  #page(query: URLSearchParams): string {
    const shard = fromHex(query.get('shard') ?? '')?.[0] ?? -1;
    const from = Number(query.get('from'));
    const lines = this.#writer.shards.get(shard)?.slice(from - 1, from - 1 + PAGE_LINES) ?? [];
    return lines.map((line) => `${line}\n`).join('');
  }
}
