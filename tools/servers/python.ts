import { join } from 'node:path';
import { run } from './command.ts';
import { ServerError } from './errors.ts';

const CANDIDATES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];
const IS_NEW_ENOUGH = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11)';

export async function findPython(): Promise<string> {
  for (const candidate of CANDIDATES) {
    const found = await run(candidate, ['-c', IS_NEW_ENOUGH]).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  const advice = 'install it (Debian: python3 and python3-venv)';
  throw new ServerError('missing-tool', `Python 3.11 or newer with venv is missing: ${advice}.`);
}

/** An environment in `dir` with exactly what the file pins by version and hash, and no more. */
export async function installPins(base: string, requirements: string, dir: string): Promise<void> {
  await run(base, ['-m', 'venv', dir]);
  const own = interpreterOf(dir);
  await pip(own, own, ['--no-deps', '--require-hashes', '-r', requirements]);
}

/** Installs into the environment `into`, by the pip of another one when it has none. */
export async function pip(by: string, into: string, args: readonly string[]): Promise<void> {
  const calm = ['--quiet', '--disable-pip-version-check', '--no-input'];
  await run(by, ['-m', 'pip', '--python', into, 'install', ...calm, ...args]);
}

/** Not its scripts: their first lines name the folder in which they were made. */
export const interpreterOf = (environment: string): string =>
  process.platform === 'win32'
    ? join(environment, 'Scripts', 'python.exe')
    : join(environment, 'bin', 'python');
