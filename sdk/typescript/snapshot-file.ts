import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync } from 'node:fs';
import { rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../facts/core/bytes.ts';
import { MAX_NODE_BYTES } from '../../facts/log/state/file.ts';
import { ReadAhead } from './read-ahead.ts';

/*
 * A snapshot on disk, in one file that is replaced whole:
 *
 *   length uint32 || state note, then *(length uint32 || node)
 *
 * Integers are big-endian. The nodes are those that were walked to, each before those below it,
 * children in their order, not compressed: read from the left, each is the one that a walk wants.
 */

const FILE = 'snapshot';
const LENGTH_BYTES = 4;

const lengthOf = (bytes: Uint8Array): Uint8Array => {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(bytes.length);
  return length;
};

const lengthIn = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getUint32(0);

const writeAll = (file: number, bytes: Uint8Array): void => {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
};

/** Where each node begins, by its hash in hexadecimal. */
type Places = Map<string, number>;

/** Writes beside the file of before; {@link finish} puts it in its place. */
export class SnapshotWriter {
  readonly #path: string;
  readonly #file: number;
  readonly #places: Places = new Map();
  #next = 0;

  constructor(directory: string, note: Uint8Array) {
    this.#path = join(directory, FILE);
    this.#file = openSync(`${this.#path}.new`, 'w');
    this.#write(note);
  }

  /** The next node of the walk. */
  add(node: Uint8Array, hash: Uint8Array): void {
    this.#places.set(toHex(hash), this.#next);
    this.#write(node);
  }

  finish(): SnapshotFile {
    closeSync(this.#file);
    renameSync(`${this.#path}.new`, this.#path);
    return new SnapshotFile(this.#path, this.#places);
  }

  #write(bytes: Uint8Array): void {
    writeAll(this.#file, lengthOf(bytes));
    writeAll(this.#file, bytes);
    this.#next += LENGTH_BYTES + bytes.length;
  }

  abandon(): void {
    closeSync(this.#file);
    rmSync(`${this.#path}.new`, { force: true });
  }
}

/** Stays readable while another one takes its place. */
export class SnapshotFile {
  readonly note: Uint8Array;
  readonly #path: string;
  readonly #file: number;
  readonly #size: number;
  readonly #places: Places;
  #next = 0;
  #ahead: ReadAhead | undefined;

  /** undefined: there is none. Throws for one that is no such file. */
  static open(directory: string): SnapshotFile | undefined {
    const path = join(directory, FILE);
    return existsSync(path) ? new SnapshotFile(path) : undefined;
  }

  constructor(path: string, places: Places = new Map()) {
    this.#path = path;
    this.#file = openSync(path, 'r');
    this.#places = places;
    this.#size = fstatSync(this.#file).size;
    this.note = this.#read(0);
    this.#next = LENGTH_BYTES + this.note.length;
  }

  /** The next node from the left; remembers that it is the one of this hash. */
  async next(hash: Uint8Array): Promise<Uint8Array> {
    const place = this.#next;
    this.#ahead ??= new ReadAhead(this.#file, place, this.#size);
    const length = lengthIn(await this.#ahead.take(LENGTH_BYTES));
    this.#assureWhole(place, length);
    this.#places.set(toHex(hash), place);
    this.#next += LENGTH_BYTES + length;
    return this.#ahead.take(length);
  }

  /** All was read: what was read ahead is given free. */
  endReading(): void {
    this.#ahead = undefined;
  }

  /** A node of which it is known where it is; undefined for any other. */
  find(hash: Uint8Array): Uint8Array | undefined {
    const place = this.#places.get(toHex(hash));
    return place === undefined ? undefined : this.#read(place);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Closes it too. */
  remove(): void {
    this.close();
    rmSync(this.#path, { force: true });
  }

  #read(place: number): Uint8Array {
    const length = lengthIn(this.#fill(Buffer.alloc(LENGTH_BYTES), place));
    this.#assureWhole(place, length);
    return this.#fill(Buffer.allocUnsafeSlow(length), place + LENGTH_BYTES);
  }

  #assureWhole(place: number, length: number): void {
    const isWhole = length <= MAX_NODE_BYTES && place + LENGTH_BYTES + length <= this.#size;
    if (!isWhole) throw new RangeError(`the snapshot is cut at ${place}`);
  }

  #fill(bytes: Buffer, place: number): Buffer {
    let read = 0;
    while (read < bytes.length) {
      const more = readSync(this.#file, bytes, read, bytes.length - read, place + read);
      if (more === 0) throw new RangeError(`the snapshot is cut at ${place + read}`);
      read += more;
    }
    return bytes;
  }
}
