import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './replace-file.ts';

const KEYS_FOLDER = 'keys';
const HEARTBEAT_FILE = 'heartbeat.note';
const KNOWN_FILE = 'known.json';

/** Not there yet, or torn by a crash: undefined. */
const read = (path: string): Uint8Array | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

/**
 * What the log has stated, on disk, so that a plane that is started again takes nothing older: key
 * sets, the last heartbeat, and when it was that all was known. Notes are verified again when read.
 */
export class SavedNotes {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(join(directory, KEYS_FOLDER), { recursive: true });
  }

  /** Versions 1, 2, 3 ... as far as they are there. */
  *keySets(): Generator<Uint8Array> {
    for (let version = 1; ; version += 1) {
      const note = read(this.#keySetPath(version));
      if (note === undefined) return;
      yield note;
    }
  }

  saveKeySet(version: number, note: Uint8Array): void {
    replaceFile(this.#keySetPath(version), note);
  }

  heartbeat(): Uint8Array | undefined {
    return read(join(this.#directory, HEARTBEAT_FILE));
  }

  saveHeartbeat(note: Uint8Array): void {
    replaceFile(join(this.#directory, HEARTBEAT_FILE), note);
  }

  /** Wall-clock time as of which a process knew all followed shards; undefined: never. */
  knownAtMs(): number | undefined {
    try {
      const saved: unknown = JSON.parse(readFileSync(join(this.#directory, KNOWN_FILE), 'utf8'));
      return typeof saved === 'number' ? saved : undefined;
    } catch {
      // Not there yet, or torn: then nothing is known about the age of the facts.
      return undefined;
    }
  }

  saveKnownAtMs(wallMs: number): void {
    replaceFile(join(this.#directory, KNOWN_FILE), JSON.stringify(wallMs));
  }

  #keySetPath(version: number): string {
    return join(this.#directory, KEYS_FOLDER, `${version}.note`);
  }
}
