import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const REPOSITORY = join(import.meta.dirname, '../..');

/** Files that no person writes or reads line by line (DESIGN 2 exempts them from the sizes). */
const GENERATED =
  /^(openapi\.yaml|package-lock\.json|drizzle\/(migrations\/|schema\.sql)|facts\/spec\/vectors\/|test\/replay\/histories\/)|\/go\.sum$/;

/** Every file that git tracks or would track, by its path in the repository. */
export function listTrackedFiles(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    { cwd: REPOSITORY, encoding: 'utf8' },
  );
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(REPOSITORY, path)));
}

export function isTest(path: string): boolean {
  return path.startsWith('test/') || path.endsWith('.test.ts');
}

/** Hand-written TypeScript of the product and its tools. */
export function listSources(): string[] {
  return listTrackedFiles().filter(
    (path) => path.endsWith('.ts') && !isTest(path) && !GENERATED.test(path),
  );
}

export function readTracked(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

export function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
