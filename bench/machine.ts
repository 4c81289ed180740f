import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { quantile } from './row.ts';

/** DESIGN 8: a bound in milliseconds binds only where the disk syncs faster. Ratios always do. */
export const FSYNC_BINDS_MS = 0.2;

const FSYNCS = 200;
const PAGE_BYTES = 8_192;
const GIB_BYTES = 2 ** 30;

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  /** Median of writing and syncing one page of Postgres, milliseconds. */
  readonly fsyncMs: number;
}

export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / GIB_BYTES),
    node: process.version,
    fsyncMs: Math.round(measureFsyncMs() * 1_000) / 1_000,
  };
}

function measureFsyncMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-fsync-'));
  const file = openSync(join(folder, 'page'), 'w');
  try {
    const page = Buffer.alloc(PAGE_BYTES, 1);
    const took = Array.from({ length: FSYNCS }, () => {
      const startedMs = performance.now();
      writeSync(file, page);
      fsyncSync(file);
      return performance.now() - startedMs;
    });
    return quantile(took, 0.5);
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
