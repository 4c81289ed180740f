import { createConnection, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Call } from '../../ports/call.ts';
import type { Mutation } from '../support/sagas/bundle.ts';
import type { Break } from './cells.ts';

/** What the processes under proof are told, and what they tell: JSON lines over a Unix socket. */

export interface PlannedBreak extends Break {
  /** A blow from outside: the saga is held until it falls. */
  readonly struck: boolean;
  /** It came about, in this process or in one that died of it. */
  spent: boolean;
}

/** All that goes wrong in one saga. */
export interface Order {
  readonly operation: string;
  readonly breaks: readonly PlannedBreak[];
  /** The activity that refuses for good, so that the saga unwinds. */
  readonly refuses?: string | undefined;
}

/** What another hand does outside; embedded systems are in the worker alone. */
export interface Bend {
  /** `lose`: all four objects are gone. `leave`: a route with the tenant's mark is there. */
  readonly way: 'lose' | 'leave';
  readonly owner: Call['owner'];
  readonly slug: string;
  readonly host: string;
}

export type ToProcess =
  | { readonly type: 'order'; readonly number: number; readonly order: Order }
  | { readonly type: 'bend'; readonly number: number; readonly bend: Bend }
  /** The blow has fallen, or falls now: what was held goes on. */
  | { readonly type: 'release'; readonly operation: string; readonly index: number }
  /** All that is ordered was told: work may begin, by sagas of which one guard may be off. */
  | { readonly type: 'begin'; readonly mutation?: Mutation | undefined };

export type FromProcess =
  | { readonly type: 'hello'; readonly process: string }
  | { readonly type: 'taken'; readonly number: number }
  /** The saga is at the moment of a blow, and held there. */
  | { readonly type: 'reached'; readonly operation: string; readonly index: number }
  /** A fault that needs no blow came about. */
  | { readonly type: 'hit'; readonly operation: string; readonly index: number };

/** Where a process under proof finds who orders. */
export const ORDERS_VARIABLE = 'TENURE_TEST_PROOF_ORDERS';

export interface Ordered {
  readonly tell: (message: FromProcess) => void;
  readonly mutation: Mutation | undefined;
}

/** The process's end. Resolves when everything that is ordered by then is known. */
export async function receiveOrders(
  process: string,
  socketPath: string,
  hear: (message: ToProcess) => void | Promise<void>,
): Promise<Ordered> {
  const socket = createConnection(socketPath);
  const tell = (message: FromProcess) => void socket.write(`${JSON.stringify(message)}\n`);
  const begun = Promise.withResolvers<Mutation | undefined>();
  linesOf(socket, (line) => {
    const message = JSON.parse(line) as ToProcess;
    const heard = Promise.resolve(hear(message));
    if ('number' in message)
      heard.then(() => tell({ type: 'taken', number: message.number }), reportNothing);
    if (message.type === 'begin') begun.resolve(message.mutation);
  });
  tell({ type: 'hello', process });
  const mutation = await begun.promise;
  socket.unref();
  return { tell, mutation };
}

/** Not taken: whoever ordered it looks, and orders again. */
const reportNothing = (): void => undefined;

/** Whoever is at the other end may die in the middle of a line. */
function linesOf(socket: Socket, hear: (line: string) => void): void {
  socket.on('error', () => undefined); // 'close' follows
  createInterface({ input: socket })
    .on('line', hear)
    .on('error', () => undefined);
}

type Numbered =
  | { readonly type: 'order'; readonly order: Order }
  | { readonly type: 'bend'; readonly bend: Bend };

export interface Listeners {
  /** A saga stands where a blow is due; by which process. */
  reached(operation: string, index: number, process: string): void;
  hit(operation: string, index: number): void;
}

/** Who orders: tells every process of the proof, and anew each that comes back from the dead. */
export class Commander {
  /** The guard that is off in the sagas of the next worker that starts. */
  mutation: Mutation | undefined;
  readonly #server: Server;
  readonly #orders = new Map<string, Order>();
  readonly #sockets = new Set<Socket>();
  readonly #untaken = new Map<number, () => void>();
  #numbers = 0;

  constructor(socketPath: string, listeners: Listeners) {
    this.#server = createServer((socket) => this.#meet(socket, listeners)).listen(socketPath);
  }

  /** Resolves when every process that lives has taken it. */
  async order(order: Order): Promise<void> {
    this.#orders.set(order.operation, order);
    await this.#sendAll({ type: 'order', order });
  }

  /** Resolves when it is done, or whoever should do it is dead. */
  async bend(bend: Bend): Promise<void> {
    await this.#sendAll({ type: 'bend', bend });
  }

  forget(operation: string): void {
    this.#orders.delete(operation);
  }

  release(operation: string, index: number): void {
    const line = JSON.stringify({ type: 'release', operation, index } satisfies ToProcess);
    for (const socket of this.#sockets) socket.write(`${line}\n`);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #meet(socket: Socket, { reached, hit }: Listeners): void {
    let process = '';
    this.#sockets.add(socket);
    const gone = () => {
      this.#sockets.delete(socket);
      // The dead take nothing; the next one is told everything at its start.
      for (const resolve of this.#untaken.values()) resolve();
    };
    socket.on('close', gone);
    linesOf(socket, (line) => {
      const message = JSON.parse(line) as FromProcess;
      if (message.type === 'hello') {
        process = message.process;
        for (const order of this.#orders.values())
          void this.#send(socket, { type: 'order', order });
        const begin: ToProcess = { type: 'begin', mutation: this.mutation };
        socket.write(`${JSON.stringify(begin)}\n`);
      }
      if (message.type === 'taken') this.#untaken.get(message.number)?.();
      if (message.type === 'reached') reached(message.operation, message.index, process);
      if (message.type === 'hit') hit(message.operation, message.index);
    });
  }

  async #sendAll(message: Numbered): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => this.#send(socket, message)));
  }

  #send(socket: Socket, message: Numbered): Promise<void> {
    const number = (this.#numbers += 1);
    return new Promise((resolve) => {
      this.#untaken.set(number, () => {
        this.#untaken.delete(number);
        resolve();
      });
      socket.write(`${JSON.stringify({ ...message, number } satisfies ToProcess)}\n`);
    });
  }
}
