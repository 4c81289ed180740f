import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Before ClickHouse: hands everything on, and loses answers when it is told to. */
export class LosingProxy {
  /** Of so many inserts to come the answer is lost. */
  repliesToLose = 0;
  repliesLost = 0;
  readonly #server = createServer((incoming, response) => {
    const { method, headers, url = '' } = incoming;
    const outgoing = request(new URL(url, this.#target), { method, headers, agent: false });
    outgoing.once('error', () => response.destroy());
    outgoing.once('response', (answer) => {
      // Whatever was asked has been done by now.
      if (this.repliesToLose > 0 && url.includes('INSERT')) {
        this.repliesToLose -= 1;
        this.repliesLost += 1;
        answer.resume().once('end', () => response.destroy());
      } else {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      }
    });
    incoming.pipe(outgoing);
  });
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
