import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A log as a folder of files that others may be reading: each is replaced whole, or not at all. */
export class LogFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#at(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  has(path: string): Promise<boolean> {
    return access(this.#at(path)).then(
      () => true,
      () => false,
    );
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    const place = this.#at(path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(`${place}.new`, content);
    await rename(`${place}.new`, place);
  }

  /** Names in a folder below; none when it is not there. */
  async names(path: string): Promise<string[]> {
    try {
      return await readdir(this.#at(path));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  remove(path: string): Promise<void> {
    return rm(this.#at(path), { force: true });
  }

  #at(path: string): string {
    return join(this.#folder, path);
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
