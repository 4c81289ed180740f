import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The objects of a memory adapter by name. */
export interface Journal<T> {
  readonly entries: Map<string, T>;
  /** Writes all entries to the file; without a file nothing happens. Throws when it cannot. */
  save(): void;
}

/**
 * Lets the embedded adapters keep their objects over a restart of `npm start`. `T` must survive
 * JSON. The old file is replaced by rename, so that a kill leaves one or the other, never a half.
 * Not for two processes at once: the last `save` wins.
 */
export function openJournal<T>(file?: string): Journal<T> {
  if (file === undefined) return { entries: new Map(), save: () => undefined };
  const entries = new Map<string, T>(Object.entries(readRecord<T>(file)));
  return {
    entries,
    save: () => {
      mkdirSync(dirname(file), { recursive: true });
      const draft = `${file}.${process.pid}.tmp`;
      writeFileSync(draft, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 });
      renameSync(draft, file);
    },
  };
}

function readRecord<T>(file: string): Record<string, T> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, T>;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return {};
    throw new Error(`${file} cannot be read as a journal; remove it to start empty`, {
      cause: error,
    });
  }
}
