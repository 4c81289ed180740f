import { connect } from 'node:net';
import type { Socket } from 'node:net';

/**
 * DNS over TCP (RFC 7766): each message behind its 16-bit length. One connection for each request:
 * requests are rare, and a connection that a server closed at rest would make outcomes unknown.
 */
export interface DnsConnection {
  /** Rejects when the bytes could not be handed over. */
  send(message: Buffer): Promise<void>;
  /** The next message; rejects when the connection ends first. */
  receive(): Promise<Buffer>;
  close(): void;
}

/** `signal` ends the connection at any time: everything pending rejects. */
export async function openConnection(
  server: string,
  port: number,
  signal: AbortSignal,
): Promise<DnsConnection> {
  signal.throwIfAborted();
  const socket = connect({ host: server, port, signal, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
  const messages = readMessages(socket);
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.write(Buffer.concat([length, message]), (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    receive: async () => {
      const next = await messages.next();
      if (next.done) throw new Error('the server closed the connection before its answer');
      return next.value;
    },
    close: () => socket.destroy(),
  };
}

async function* readMessages(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let buffered: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    buffered = Buffer.concat([buffered, chunk as Buffer]);
    for (;;) {
      const end = buffered.length < 2 ? Infinity : 2 + buffered.readUInt16BE(0);
      if (buffered.length < end) break;
      yield buffered.subarray(2, end);
      buffered = buffered.subarray(end);
    }
  }
  return undefined;
}
