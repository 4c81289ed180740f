import { read } from 'node:fs';
import { promisify } from 'node:util';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Memory for so many chunks at once: each new piece outside of the heap hurries its collector. */
const PIECE_BYTES = 32 * CHUNK_BYTES;
const readPart = promisify(read);

/** A file from the left, read ahead beside the work on what is here already. */
export class ReadAhead {
  readonly #file: number;
  readonly #size: number;
  /** What of the piece is not read into yet. */
  #free: Buffer = Buffer.alloc(0);
  /** Where the chunk after the next begins. */
  #place: number;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #ahead: Promise<Uint8Array>;

  constructor(file: number, place: number, size: number) {
    this.#file = file;
    this.#size = size;
    this.#place = place;
    this.#ahead = this.#readChunk();
  }

  /** The next bytes: a view of what was read, a copy only where two chunks meet. */
  async take(length: number): Promise<Uint8Array> {
    const end = this.#at + length;
    if (end <= this.#chunk.length) {
      const bytes = this.#chunk.subarray(this.#at, end);
      this.#at = end;
      return bytes;
    }
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let filled = 0; filled < length;) {
      if (this.#at === this.#chunk.length) await this.#advance();
      const part = this.#chunk.subarray(this.#at, this.#at + length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return bytes;
  }

  async #advance(): Promise<void> {
    this.#chunk = await this.#ahead;
    this.#at = 0;
    if (this.#chunk.length === 0) throw new RangeError('the snapshot is cut');
    this.#ahead = this.#readChunk();
  }

  /** Empty at the end of the file. */
  #readChunk(): Promise<Uint8Array> {
    const place = this.#place;
    const rest = this.#size - place;
    if (this.#free.length === 0) this.#free = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, rest));
    const buffer = this.#free.subarray(0, CHUNK_BYTES);
    this.#free = this.#free.subarray(buffer.length);
    this.#place += buffer.length;
    const reading = readPart(this.#file, buffer, 0, buffer.length, place).then(({ bytesRead }) =>
      buffer.subarray(0, bytesRead),
    );
    // Told when its turn comes.
    reading.catch(() => undefined);
    return reading;
  }
}
