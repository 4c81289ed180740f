import { FactError } from '../../core/errors.ts';

/** Everything that is wrong with the form of a node, or with its place in the tree. */
export const nodeMalformed = (why: string, cause?: unknown): FactError =>
  new FactError('state-node-malformed', why, { cause });

/** Reads big-endian numbers and bytes from left to right; what is cut is `state-node-malformed`. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#move(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }

  uint8(): number {
    return this.#view.getUint8(this.#move(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#move(2));
  }

  uint32(): number {
    return this.#view.getUint32(this.#move(4));
  }

  /** At most 2^53 - 1, as every number of the log. */
  uint64(): number {
    const value = Number(this.#view.getBigUint64(this.#move(8)));
    if (!Number.isSafeInteger(value)) throw nodeMalformed('a number beyond 2^53 - 1');
    return value;
  }

  assureEnd(): void {
    if (!this.isAtEnd) throw nodeMalformed(`${this.#bytes.length - this.#at} bytes too many`);
  }

  #move(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw nodeMalformed('it ends early');
    this.#at = start + length;
    return start;
  }
}

/** Big-endian, in so many bytes. */
export const bigEndian = (value: number, length: 1 | 2 | 4 | 8): Uint8Array => {
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let at = length - 1; at >= 0; at -= 1) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
};
