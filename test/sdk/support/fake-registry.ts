import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Heartbeat } from '../../../facts/log/heartbeat.ts';
import type { FactWriter } from './fact-writer.ts';
import { headOfLines, headsOf, heartbeatNote, keySetNote } from './log-writer.ts';

export const TOKEN = 'the-read-only-token';
/** Small, so that every test pages. */
const PAGE_LINES = 2;

type Answer = { status: number; body: string };
const NOT_FOUND: Answer = { status: 404, body: '{}' };

/** What data planes ask a registry for, as it answers, with faults on demand. */
export class FakeRegistry {
  readonly #server = createServer((request, response) => {
    this.requests += 1;
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    const { status, body } = isKnown ? this.#answer(url) : { status: 401, body: '' };
    response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
  });
  readonly #writer: FactWriter;
  readonly #wallMs: () => number;
  #beatMs = 0;
  requests = 0;
  down = false;
  /** No heartbeats over HTTP. */
  silent = false;
  /** Notes of versions 1, 2, 3 ... */
  keySets = [keySetNote()];
  /** Of heartbeats over HTTP. */
  overrides: Partial<Heartbeat> = {};
  tamper: (line: string) => string = (line) => line;

  constructor(writer: FactWriter, wallMs: () => number = Date.now) {
    this.#writer = writer;
    this.#wallMs = wallMs;
  }

  /** The next heartbeat, for the stream; later than all before it. */
  heartbeat(overrides: Partial<Heartbeat> = {}): Uint8Array {
    return Buffer.from(this.#beat(overrides));
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

  #beat(overrides: Partial<Heartbeat>): string {
    this.#beatMs = Math.max(this.#beatMs + 1, this.#wallMs());
    const shards = [...this.#writer.shards];
    return heartbeatNote({
      at: new Date(this.#beatMs).toISOString(),
      keySetVersion: this.keySets.length,
      heads: headsOf(Object.fromEntries(shards.map(([at, lines]) => [at, headOfLines(lines)]))),
      ...overrides,
    });
  }

  #answer(url: URL): Answer {
    if (this.down) return { status: 503, body: '{}' };
    const [, version] = /^\/v1\/log\/keys\/([1-9]\d*)$/.exec(url.pathname) ?? [];
    if (version !== undefined) {
      const body = this.keySets[Number(version) - 1];
      return body === undefined ? NOT_FOUND : { status: 200, body };
    }
    if (url.pathname === '/v1/log/heartbeat') {
      return this.silent ? NOT_FOUND : { status: 200, body: this.#beat(this.overrides) };
    }
    if (url.pathname !== '/v1/facts') return NOT_FOUND;
    const shard = Number.parseInt(url.searchParams.get('shard') ?? '', 16);
    const from = Number(url.searchParams.get('from'));
    const lines = this.#writer.shards.get(shard)?.slice(from - 1, from - 1 + PAGE_LINES) ?? [];
    return { status: 200, body: lines.map((line) => `${this.tamper(line)}\n`).join('') };
  }
}
