import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unwatchTemporary, watchTemporary } from './watchdog.ts';

export type DataDir = { path: string; discard: () => void };

/** Starts a server in its data folder; a temporary one is removed when the start fails. */
export async function inDataDir<T>(
  name: string,
  given: string | undefined,
  start: (dir: DataDir) => Promise<T>,
): Promise<T> {
  const dir = openDataDir(name, given);
  try {
    return await start(dir);
  } catch (error) {
    dir.discard();
    throw error;
  }
}

/** The folder given, made when missing and kept; or a temporary one that goes with the server. */
function openDataDir(name: string, given: string | undefined): DataDir {
  if (given !== undefined) {
    const path = resolve(given);
    mkdirSync(path, { recursive: true });
    return { path, discard: () => undefined };
  }
  const path = mkdtempSync(join(tmpdir(), `tenure-${name}-`));
  watchTemporary(path);
  return {
    path,
    discard: () => {
      rmSync(path, { recursive: true, force: true });
      unwatchTemporary(path);
    },
  };
}
