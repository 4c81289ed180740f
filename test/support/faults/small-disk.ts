import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = 1024 * 1024;
/** From large to a page of the file system: nothing is left between. */
const CHUNKS_BYTES = [MIB, 64 * 1024, 4 * 1024];

export type SmallDisk = Awaited<ReturnType<typeof mountSmallDisk>>;

/** A file system of its own in memory, which a test can fill without harm to others (Linux). */
export async function mountSmallDisk(sizeMib: number) {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-disk-'));
  const mount = ['-t', 'tmpfs', '-o', `size=${sizeMib}m,mode=755`, 'tenure-disk', folder];
  const { path, unmount, run } = await (process.getuid?.() === 0 ? asRoot : asUser)(mount, folder);
  const ballast = join(path, 'ballast');
  return {
    path,
    /** Takes all that is free; again takes what was freed since. */
    fill: () => {
      const file = openSync(ballast, 'a');
      for (const bytes of CHUNKS_BYTES) writeUntilFull(file, Buffer.alloc(bytes));
      closeSync(file);
    },
    free: () => rmSync(ballast),
    /** From now on read-only, but for files that are open. */
    protect: () => {
      run('mount', '--bind', folder, folder);
      run('mount', '-o', 'remount,bind,ro', folder);
    },
    unprotect: () => run('umount', folder),
    unmount: () => {
      unmount();
      rmSync(folder, { recursive: true });
    },
  };
}

async function asRoot(mount: readonly string[], folder: string) {
  execFileSync('mount', mount);
  const run = (command: string, ...args: string[]) => void execFileSync(command, args);
  return { path: folder, unmount: () => run('umount', folder), run };
}

/** In a name space of its own, which another process of this user enters by its `/proc`. */
async function asUser(mount: readonly string[], folder: string) {
  const script = 'mount "$@" && echo mounted && exec cat';
  const holder = spawn('unshare', ['-Urm', 'sh', '-c', script, 'sh', ...mount], {
    stdio: ['pipe', 'pipe', 'inherit'], // it ends with us: `cat` then reads to its end
  });
  const [said] = (await once(holder.stdout, 'data')) as [Buffer];
  if (!String(said).includes('mounted')) throw new Error('a small disk cannot be mounted here');
  const inside = ['-t', String(holder.pid), '-U', '-m', '--preserve-credentials'];
  return {
    path: `/proc/${holder.pid}/root${folder}`,
    unmount: () => void holder.kill(),
    run: (...command: string[]) => void execFileSync('nsenter', [...inside, ...command]),
  };
}

function writeUntilFull(file: number, chunk: Buffer): void {
  try {
    while (writeSync(file, chunk) === chunk.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
