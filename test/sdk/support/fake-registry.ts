import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FactWriter } from './fact-writer.ts';

export const TOKEN = 'read-only-token';
/** Small, so that every test pages. */
const PAGE_LINES = 2;

/** `GET /v1/facts` as the registry answers it, with faults on demand. */
export class FakeRegistry {
  readonly #server = createServer((request, response) => {
    this.requests += 1;
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      response.writeHead(401).end();
      return;
    }
    if (this.down || url.pathname !== '/v1/facts') {
      response.writeHead(503).end('{}');
      return;
    }
    const shard = Number.parseInt(url.searchParams.get('shard') ?? '', 16);
    const from = Number(url.searchParams.get('from'));
    const lines = this.#writer.shards.get(shard)?.slice(from - 1, from - 1 + PAGE_LINES) ?? [];
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(lines.map((line) => `${this.tamper(line)}\n`).join(''));
  });
  readonly #writer: FactWriter;
  requests = 0;
  down = false;
  tamper: (line: string) => string = (line) => line;

  constructor(writer: FactWriter) {
    this.#writer = writer;
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
}
