import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Mounting needs a right that only root has as a rule. */
export const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0;

const MIB = 1024 * 1024;
/** From large to a page of the file system: nothing is left between. */
const CHUNKS_BYTES = [MIB, 64 * 1024, 4 * 1024];

export type SmallDisk = ReturnType<typeof mountSmallDisk>;

/** A file system of its own in memory, which a test can fill without harm to others. */
export function mountSmallDisk(sizeMib: number) {
  const path = mkdtempSync(join(tmpdir(), 'tenure-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m,mode=755`, 'tenure-disk', path]);
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
    unmount: () => {
      execFileSync('umount', [path]);
      rmSync(path, { recursive: true });
    },
  };
}

function writeUntilFull(file: number, chunk: Buffer): void {
  try {
    while (writeSync(file, chunk) === chunk.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
