import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from './process-tree.ts';
import type { Progress } from './progress.ts';

const LOCK_POLL_MS = 300;
const ABANDONED_AFTER_MS = 6 * 3_600_000;

/** Per user, shared by all clones of the project. */
export function cacheRoot(): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'tenure');
}

/**
 * The folder `<cache>/<name>-<version>`, made by `build` in a temporary folder when it is not
 * there. It appears whole or not at all, and two processes do not build it side by side.
 */
export async function cached(
  name: string,
  version: string,
  progress: Progress,
  build: (dir: string) => Promise<void>,
): Promise<string> {
  const target = join(cacheRoot(), `${name}-${version}`);
  if (existsSync(target)) return target;
  await mkdir(cacheRoot(), { recursive: true });
  const unlock = await lock(
    `${target}.lock`,
    `Waiting for another process to get ${name}`,
    progress,
  );
  const building = await mkdtemp(`${target}.building-`);
  try {
    if (existsSync(target)) return target;
    await removeAbandoned(`${name}-${version}.building-`);
    await build(building);
    await rename(building, target);
    return target;
  } finally {
    await rm(building, { recursive: true, force: true });
    await unlock();
  }
}

/** What a build leaves when it is killed; by its age no other process can still be at it. */
async function removeAbandoned(prefix: string): Promise<void> {
  for (const name of await readdir(cacheRoot())) {
    if (!name.startsWith(prefix)) continue;
    const path = join(cacheRoot(), name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true });
  }
}

/**
 * A lock of a dead process is broken. Two waiters may break it at once and then both build: that
 * costs time and nothing else, as each builds in a folder of its own; the second rename fails.
 */
async function lock(path: string, what: string, progress: Progress): Promise<() => Promise<void>> {
  if (!(await tryLock(path))) {
    await progress(what, async () => {
      while (!(await tryLock(path))) {
        const holder = Number(await readFile(path, 'utf8').catch(() => ''));
        if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
        await wait(LOCK_POLL_MS);
      }
    });
  }
  return () => rm(path, { force: true });
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
