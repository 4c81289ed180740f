import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromDebian } from '../../../tools/servers/debian.ts';
import { quiet } from '../../../tools/servers/progress.ts';
import { debianPackages } from '../../../tools/servers/versions.ts';

export type WallClock = Awaited<ReturnType<typeof setWallClock>>;

/**
 * The time of day of whole processes, set at will while they run (libfaketime): of all that ask the
 * C library, so not of Go. Monotonic time goes on as it is, as on a machine whose clock is set.
 */
export async function setWallClock() {
  await fromDebian('faketime', 'faketime', debianPackages.faketime, quiet);
  const folder = mkdtempSync(join(tmpdir(), 'tenure-clock-'));
  const file = join(folder, 'offset');
  const set = (offsetMs: number) => {
    const seconds = offsetMs / 1_000;
    writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  };
  set(0);
  return {
    environment: {
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    /** From the machine's own time. */
    set,
    close: () => rmSync(folder, { recursive: true }),
  };
}
