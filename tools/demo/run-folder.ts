import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../servers/process-tree.ts';

/** Data of embedded stacks: in the project, ignored by git. */
export const DATA_FOLDER = new URL('../../.tenure/', import.meta.url);

/** A fresh folder for one demo; those of demos that are over are removed. */
export function makeRunFolder(parent: string): string {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent))
    if (!isAlive(Number(name))) rmSync(join(parent, name), { recursive: true, force: true });
  const folder = join(parent, String(process.pid));
  mkdirSync(folder);
  return folder;
}
