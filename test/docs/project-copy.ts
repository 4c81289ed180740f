import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../tools/run-command.ts';

/** The project as a reader has it, so that nobody's own files are touched. Gives its folder. */
export function copyProject(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `tenure-${name}-`));
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const files = execFileSync('git', listed, { cwd: ROOT, encoding: 'utf8' });
  for (const file of files.split('\0').filter(Boolean))
    cpSync(join(ROOT, file), join(folder, file), { errorOnExist: false });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
