import { createHash } from 'node:crypto';
import { crc32, inflateRawSync } from 'node:zlib';

/* Files of the state tree, by the grammar of facts-v1, "State tree"; whatever is amiss is thrown. */

const MAX_BYTES = 8 * 2 ** 20;
const [GZIP_HEADER, GZIP_TRAILER] = [10, 8];
const [TENANTS, INNER, FACTS, PAGE] = [2, 3, 4, 6];

/** Bytes that nobody may take. */
export class Impossible extends Error {}

export const assure: (holds: boolean) => asserts holds = (holds) => {
  if (!holds) throw new Impossible();
};

export const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

const inflate = (deflated: Buffer): Buffer => {
  try {
    const options = { info: true, maxOutputLength: MAX_BYTES };
    const { buffer, engine } = inflateRawSync(deflated, options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    assure(engine.bytesWritten === deflated.length);
    return Buffer.from(buffer);
  } catch {
    throw new Impossible();
  }
};

/** The node in a file as it is served. */
export const nodeIn = (file: Buffer): Buffer => {
  assure(file.length <= MAX_BYTES);
  if (file.subarray(0, 4).toString('hex') !== '1f8b0800') return file;
  assure(file.length > GZIP_HEADER + GZIP_TRAILER);
  const [end, tail] = [file.length - GZIP_TRAILER, file.length - 4];
  const node = inflate(file.subarray(GZIP_HEADER, end));
  assure(file.readUInt32LE(end) === crc32(node) && file.readUInt32LE(tail) === node.length);
  return node;
};

/** Takes bytes from the left. */
export class Bytes {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.#bytes.length;
  }

  take(length: number): Buffer {
    assure(this.at + length <= this.#bytes.length);
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  number(width: 1 | 2 | 4 | 8): number {
    const value = Number(`0x${this.take(width).toString('hex')}`);
    assure(Number.isSafeInteger(value));
    return value;
  }
}

const listOf = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);
const ended = <T>(bytes: Bytes, value: T): T => {
  assure(bytes.isAtEnd);
  return value;
};

export type Child = { hash: Buffer; weight: number };

export const readInner = (node: Buffer): Child[] => {
  const bytes = new Bytes(node);
  assure(bytes.number(1) === INNER);
  const children = listOf(16, () => ({ hash: bytes.take(32), weight: bytes.number(8) }));
  return ended(bytes, children);
};

export const isInner = (node: Buffer): boolean => node[0] === INNER;

/** A tenant's block, or what stands for it where it is hidden. */
export type Slot = { key: Buffer; hash: Buffer; block: Buffer | undefined };

const shown = (block: Buffer): Slot => {
  return { key: sha256(block.subarray(0, 16)), hash: sha256(Buffer.of(5), block), block };
};

/** Of a file of the tree, or of the page of a view. */
export const readSlots = (node: Buffer, form: 'tenants' | 'page'): Slot[] => {
  const bytes = new Bytes(node);
  assure(bytes.number(1) === (form === 'page' ? PAGE : TENANTS));
  const slots = listOf(bytes.number(2), () => {
    const isShown = form === 'tenants' || bytes.number(1);
    assure(isShown === true || isShown <= 1);
    if (isShown === 0) return { key: bytes.take(32), hash: bytes.take(32), block: undefined };
    return shown(bytes.take(bytes.number(4)));
  });
  return ended(bytes, slots);
};

export const hashOfSlots = (slots: readonly Slot[]): Buffer =>
  sha256(Buffer.of(TENANTS), ...slots.flatMap(({ key, hash }) => [key, hash]));

const readPayloads = (bytes: Bytes, count: number): Buffer[] =>
  ended(
    bytes,
    listOf(count, () => bytes.take(bytes.number(2))),
  );

export const readFacts = (node: Buffer): Buffer[] => {
  const bytes = new Bytes(node);
  assure(bytes.number(1) === FACTS);
  return readPayloads(bytes, bytes.number(2));
};

export type Block = { tenant: string; seq: number; head: string; live: number };
/** Its payloads, or the root of its own tree. */
export type BlockRest = { payloads: Buffer[] } | { root: Buffer };

export const readBlock = (block: Buffer): Block & BlockRest => {
  const bytes = new Bytes(block);
  const hex = bytes.take(16).toString('hex');
  const tenant = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const seq = bytes.number(8);
  const head = bytes.take(32).toString('base64url');
  const live = bytes.number(4);
  const fields = { tenant, seq, head, live };
  if (live > 256) return { ...fields, root: ended(bytes, bytes.take(32)) };
  return { ...fields, payloads: readPayloads(bytes, live) };
};
