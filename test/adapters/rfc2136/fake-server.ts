import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';

/** A TSIG signer that shares no code with ours: plain bytes by RFC 8945, for one fixed key name. */
export const KEY = {
  name: 'k',
  algorithm: 'hmac-sha256' as const,
  secret: Buffer.alloc(32, 7).toString('base64'),
};
const WIRE_NAME = Buffer.from('016b00', 'hex');
const WIRE_ALGORITHM = Buffer.from('0b686d61632d73686132353600', 'hex');

export interface Stamp {
  readonly timeS?: number;
  readonly error?: number;
  readonly keyName?: Buffer;
  readonly secret?: Buffer;
  /** Of the second and later messages of one answer only time and fudge are signed. */
  readonly later?: boolean;
}

/** `priorMac` is the request's, or that of the message before. */
export function signAnswer(bare: Buffer, priorMac: Buffer, stamp: Stamp = {}) {
  const time = Buffer.alloc(8);
  time.writeUIntBE(stamp.timeS ?? Math.floor(Date.now() / 1_000), 0, 6);
  time.writeUInt16BE(300, 6);
  const error = Buffer.from([0, stamp.error ?? 0]);
  const none = Buffer.alloc(2);
  const fixed = Buffer.from('00ff00000000', 'hex');
  const keyName = stamp.keyName ?? WIRE_NAME;
  const hmac = createHmac('sha256', stamp.secret ?? Buffer.from(KEY.secret, 'base64'));
  const length = Buffer.from([0, priorMac.length]);
  const tail = stamp.later ? [time] : [WIRE_NAME, fixed, WIRE_ALGORITHM, time, error, none];
  const mac = hmac.update(Buffer.concat([length, priorMac, bare, ...tail])).digest();
  const id = bare.subarray(0, 2);
  const data = Buffer.concat([WIRE_ALGORITHM, time, Buffer.from([0, 32]), mac, id, error, none]);
  const start = Buffer.concat([keyName, Buffer.from('00fa', 'hex'), fixed]);
  const message = Buffer.concat([bare, start, Buffer.from([0, data.length]), data]);
  message.writeUInt16BE(bare.readUInt16BE(10) + 1, 10);
  return { message, mac };
}

/** The request's MAC: the 32 bytes before id, error and other length, which are six. */
export function macOf(request: Buffer): Buffer {
  return request.subarray(-38, -6);
}

/** An answer without records: the header with this response code. */
export function answerTo(request: Buffer, rcode: number): Buffer {
  const bare = Buffer.alloc(12);
  request.copy(bare, 0, 0, 2);
  bare.writeUInt16BE(0x8000 | (request.readUInt16BE(2) & 0x7800) | rcode, 2);
  return bare;
}

export type Reaction = (request: Buffer, socket: Socket) => readonly Buffer[];

/** Answers each request by `react`; every message goes out behind its length. */
export async function startFakeServer(react: Reaction) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const answer of react(bytes.subarray(2), socket)) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port, close };
}
