import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Heartbeat } from '../../../facts/log/heartbeat.ts';
import type { FactWriter } from './fact-writer.ts';
import { headOfLines, headsOf, heartbeatNote, keySetNote, TIME } from './log-writer.ts';
import type { ServedState } from './state-writer.ts';

export const TOKEN = 'the-read-only-token';
/** Small, so that every test pages. */
const PAGE_LINES = 2;

type Answer = { status: number; body: string | Uint8Array };
const NOT_FOUND: Answer = { status: 404, body: '{}' };

/** What data planes ask a registry for, as it answers, with faults on demand. */
export class FakeRegistry {
  readonly #server = createServer((request, response) => {
    this.requests += 1;
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    const answer = isKnown ? this.#take(request, url) : { status: 401, body: '' };
    void Promise.resolve(answer).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
    });
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
  /** Signs heartbeats. */
  timeKey = TIME;
  /** Requests for lines that wait for {@link releaseLines}. */
  linesAsked = 0;
  #linesHeld: Promise<void> | undefined;
  #release: () => void = () => undefined;
  /** Of heartbeats over HTTP. */
  overrides: Partial<Heartbeat> = {};
  /** The newest snapshot; none unless given. */
  state: ServedState | undefined;
  /** The note is answered behind this. */
  stateHeld: Promise<void> | undefined;
  stateAsked = 0;
  heartbeatsAsked = 0;
  /** Paths of nodes that were asked for. */
  readonly nodesAsked: string[] = [];
  /** Notes of receipts that came. */
  readonly receipts: string[] = [];
  pageLines = PAGE_LINES;
  tamper: (line: string) => string = (line) => line;

  constructor(writer: FactWriter, wallMs: () => number = Date.now) {
    this.#writer = writer;
    this.#wallMs = wallMs;
  }

  /** The next heartbeat, for the stream; later than all before it. */
  heartbeat(overrides: Partial<Heartbeat> = {}): Uint8Array {
    return Buffer.from(this.#beat(overrides));
  }

  /** From now on lines are asked for in vain. */
  holdLines(): void {
    this.#linesHeld = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  releaseLines(): void {
    this.#linesHeld = undefined;
    this.linesAsked = 0;
    this.#release();
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
    const heads = shards.map(([at, lines]) => [at, headOfLines(lines)] as const);
    const beat = {
      at: new Date(this.#beatMs).toISOString(),
      keySetVersion: this.keySets.length,
      heads: headsOf(Object.fromEntries(heads)),
      ...overrides,
    };
    return heartbeatNote(beat, this.timeKey);
  }

  #take(request: IncomingMessage, url: URL): Answer | Promise<Answer> {
    return request.method === 'POST' ? this.#takeReceipt(request) : this.#answer(url);
  }

  async #takeReceipt(request: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = await request.toArray();
    if (this.down) return { status: 503, body: '{}' };
    this.receipts.push(Buffer.concat(chunks).toString());
    return { status: 204, body: '' };
  }

  async #answerStateNote(): Promise<Answer> {
    this.stateAsked += 1;
    await this.stateHeld;
    return this.state ? { status: 200, body: this.state.note } : NOT_FOUND;
  }

  #answerState(path: string): Answer | Promise<Answer> {
    if (path === '') return this.#answerStateNote();
    this.nodesAsked.push(path);
    const node = this.state?.nodes.get(path.slice(1));
    return node === undefined ? NOT_FOUND : { status: 200, body: node };
  }

  async #answerLines(url: URL): Promise<Answer> {
    if (this.#linesHeld) this.linesAsked += 1;
    await this.#linesHeld;
    const shard = Number.parseInt(url.searchParams.get('shard') ?? '', 16);
    const from = Number(url.searchParams.get('from'));
    const lines = this.#writer.shards.get(shard)?.slice(from - 1, from - 1 + this.pageLines) ?? [];
    return { status: 200, body: lines.map((line) => `${this.tamper(line)}\n`).join('') };
  }

  #answer(url: URL): Answer | Promise<Answer> {
    if (this.down) return { status: 503, body: '{}' };
    const [, version] = /^\/v1\/log\/keys\/([1-9]\d*)$/.exec(url.pathname) ?? [];
    if (version !== undefined) {
      const body = this.keySets[Number(version) - 1];
      return body === undefined ? NOT_FOUND : { status: 200, body };
    }
    if (url.pathname === '/v1/log/heartbeat') {
      this.heartbeatsAsked += 1;
      return this.silent ? NOT_FOUND : { status: 200, body: this.#beat(this.overrides) };
    }
    const [, state] = /^\/v1\/log\/state(|\/[0-9a-f]{64})$/.exec(url.pathname) ?? [];
    if (state !== undefined) return this.#answerState(state);
    return url.pathname === '/v1/facts' ? this.#answerLines(url) : NOT_FOUND;
  }
}
