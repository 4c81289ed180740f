import { read } from 'node:fs';
import { promisify } from 'node:util';

const CHUNK_BYTES = 4 * 1024 * 1024;
const readPart = promisify(read);

/** A file from the left, read ahead beside the work on what is here already. */
export class ReadAhead {
  readonly #file: number;
  /** Where the chunk after the next begins. */
  #place: number;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #ahead: Promise<Uint8Array>;

  constructor(file: number, place: number) {
    this.#file = file;
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
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const place = this.#place;
    this.#place += CHUNK_BYTES;
    const reading = readPart(this.#file, buffer, 0, CHUNK_BYTES, place).then(({ bytesRead }) =>
      buffer.subarray(0, bytesRead),
    );
    // Told when its turn comes.
    reading.catch(() => undefined);
    return reading;
  }
}
