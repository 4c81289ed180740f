/** Offsets inside a DNS message (RFC 1035, section 4.1); dns-packet tells values, not offsets. */

const HEADER_BYTES = 12;
const QUESTION_TAIL_BYTES = 4;
const RECORD_FIXED_BYTES = 10;
const POINTER_BITS = 0xc0;
const ARCOUNT_OFFSET = 10;

/** The message is shorter than its own counts and lengths say. */
export class TruncatedMessage extends Error {
  override readonly name = 'TruncatedMessage';
}

/** Where the last record of the additional section starts; undefined when the section is empty. */
export function findLastAdditional(message: Buffer): number | undefined {
  if (message.length < HEADER_BYTES) throw new TruncatedMessage('no header');
  const [questions, answers, authorities, additionals] = [4, 6, 8, ARCOUNT_OFFSET].map((at) =>
    message.readUInt16BE(at),
  ) as [number, number, number, number];
  if (additionals === 0) return undefined;
  let offset = HEADER_BYTES;
  for (let i = 0; i < questions; i++) offset = skipName(message, offset) + QUESTION_TAIL_BYTES;
  const before = answers + authorities + additionals - 1;
  for (let i = 0; i < before; i++) offset = skipRecord(message, offset);
  return offset;
}

/** The offset behind a name: labels up to the root or to a compression pointer (4.1.4). */
export function skipName(message: Buffer, offset: number): number {
  for (let at = offset; ;) {
    const length = message[at];
    if (length === undefined) throw new TruncatedMessage('a name runs over the end');
    if (length === 0) return at + 1;
    if ((length & POINTER_BITS) === POINTER_BITS) return at + 2;
    at += length + 1;
  }
}

function skipRecord(message: Buffer, offset: number): number {
  const fixed = skipName(message, offset);
  const data = fixed + RECORD_FIXED_BYTES;
  if (data > message.length) throw new TruncatedMessage('a record runs over the end');
  return data + message.readUInt16BE(data - 2);
}

/** A copy with another count of additional records. */
export function withAdditionalCount(message: Buffer, difference: 1 | -1): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(message.readUInt16BE(ARCOUNT_OFFSET) + difference, ARCOUNT_OFFSET);
  return copy;
}
