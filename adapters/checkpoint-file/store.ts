import { linkSync, mkdirSync, openSync, closeSync, fsyncSync, readdirSync } from 'node:fs';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { CheckpointStore, KeptCheckpoint } from '../../ports/checkpoint-store.ts';

/** `000000000042.checkpoint`: the version, so that the newest is the last by name. */
const NAME = /^(\d{12})\.checkpoint$/;
const DIGITS = 12;

/**
 * A folder that is not on the database's disk. A version is a file that `link` makes only when it
 * is not there yet: that is the compare-and-swap, also between two processes. The versions before
 * it are removed afterwards.
 */
export function createCheckpointFile(directory: string): CheckpointStore {
  mkdirSync(directory, { recursive: true });
  const pathOf = (version: number) =>
    join(directory, `${String(version).padStart(DIGITS, '0')}.checkpoint`);
  const newestVersion = () => Math.max(0, ...versionsIn(directory));
  return {
    newest: async () => readNewest(newestVersion, pathOf),
    keep: async (version, note) => {
      const next = pathOf(version + 1);
      if (newestVersion() !== version || !writeOnce(directory, next, note)) return false;
      // Others may have gone on while this process was stopped, and removed what it would follow.
      const isNewest = newestVersion() === version + 1;
      if (isNewest) removeBefore(directory, version + 1, pathOf);
      else rmSync(next, { force: true });
      return isNewest;
    },
  };
}

function versionsIn(directory: string): number[] {
  return readdirSync(directory).flatMap((name) => {
    const [, digits] = NAME.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}

function readNewest(
  newestVersion: () => number,
  pathOf: (version: number) => string,
): KeptCheckpoint {
  for (;;) {
    const version = newestVersion();
    if (version === 0) return { version, note: undefined };
    try {
      return { version, note: readFileSync(pathOf(version), 'utf8') };
    } catch (error) {
      // Another process has kept the next one meanwhile, and removed this.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** False when `path` is there already. Whole and on the disk before it has its name. */
function writeOnce(directory: string, path: string, text: string): boolean {
  const draft = join(directory, `${randomUUID()}.new`);
  try {
    writeFileSync(draft, text, { flush: true });
    linkSync(draft, path);
    sync(directory);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function removeBefore(directory: string, version: number, pathOf: (version: number) => string) {
  for (const older of versionsIn(directory)) {
    if (older < version) rmSync(pathOf(older), { force: true });
  }
}

/** A name is durable when its folder is. */
function sync(directory: string): void {
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
