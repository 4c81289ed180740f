import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../tools/servers/progress.ts';
import { startStack } from '../tools/stack/stack.ts';
import type { Stack } from '../tools/stack/stack.ts';
import { Committing } from './committing.ts';
import { endingAfter } from './ending.ts';
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
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-bench-'));
  const removeFolder = async () => rmSync(folder, { recursive: true, force: true });
  return endingAfter(async () => {
    const stack = await startStack({ dir: folder, progress });
    return endingAfter(
      async () => {
        const ids = await provisionTenants(stack, TENANTS, progress);
        const committing = new Committing(stack.databaseUrl, stack.log, ids);
        return endingAfter(
          () => work({ stack, folder, committing, progress }),
          () => committing.close(),
        );
      },
      () => stack.stop(),
    );
  }, removeFolder);
}
