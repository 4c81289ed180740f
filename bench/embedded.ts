import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../tools/servers/progress.ts';
import { startStack } from '../tools/stack/stack.ts';
import type { Stack } from '../tools/stack/stack.ts';
import { Committing } from './committing.ts';
import { provisionTenants } from './provisioning.ts';

const TENANTS = 200;

/** The whole registry on this machine, with tenants that facts are committed of. */
export interface Embedded {
  readonly stack: Stack;
  /** For files of the bench's own. */
  readonly folder: string;
  readonly committing: Committing;
  readonly progress: Progress;
}

/** Ends it whatever `work` does. */
export async function withEmbedded<T>(
  progress: Progress,
  work: (embedded: Embedded) => Promise<T>,
  tenants = TENANTS,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-bench-'));
  const stack = await startStack({ dir: folder, progress });
  try {
    const ids = await provisionTenants(stack, tenants, progress);
    const committing = new Committing(stack.databaseUrl, stack.log, ids);
    const result = await work({ stack, folder, committing, progress });
    await committing.close();
    return result;
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
