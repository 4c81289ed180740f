import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Answer } from 'dns-packet';

/** RFC 1035, 4.1.1; dns-packet takes them as the low bits of the flags. */
export const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** By `TYPE name`: what is answered; anything else does not exist. */
export type Says = Readonly<Record<string, readonly string[] | keyof typeof RCODES>>;

/** A name server over UDP that says what it is told, at an address of this machine. */
export async function startFakeZone(address: string, says: () => Says, port = 0) {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (message, { port: from, address: to }) => {
    const { id = 0, questions = [] } = decode(message);
    const [question] = questions;
    if (question === undefined) return;
    const { name, type } = question;
    const key = `${type} ${name}`;
    asked.push(key);
    const said = says()[key] ?? 'NXDOMAIN';
    const answers = typeof said === 'string' ? [] : said.map((data) => answerOf(name, type, data));
    const flags = typeof said === 'string' ? RCODES[said] : RCODES.NOERROR;
    socket.send(encode({ type: 'response', id, flags, questions, answers }), from, to);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
  const close = () => new Promise<void>((resolve) => socket.close(() => resolve()));
  return { port: socket.address().port, asked, close };
}

function answerOf(name: string, type: string, data: string): Answer {
  return { name, type, ttl: 60, data } as Answer;
}
