import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export type FixtureTree = { folder: string; remove(): void };

/** A throw-away source tree outside the repository, for showing that a rule finds what it bans. */
export function writeFixtureTree(files: Readonly<Record<string, string>>): FixtureTree {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-architecture-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
