import { readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from './run-command.ts';

/**
 * Writes a generated file of the repository. With `--check` on the command line it writes nothing
 * and fails the process when the committed file differs.
 */
export function writeGenerated(path: string, content: string): void {
  const file = ROOT + path;
  if (!process.argv.includes('--check')) {
    writeFileSync(file, content);
    return;
  }
  if (readOrEmpty(file) === content) return;
  process.stderr.write(`${path} is stale: run "npm run generate" and commit it\n`);
  process.exitCode = 1;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
