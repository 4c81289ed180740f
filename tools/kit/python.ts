// The Python kit as a stranger has it: installed from a wheel into an environment of its own.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../servers/cache.ts';
import { run } from '../servers/command.ts';
import type { Progress } from '../servers/progress.ts';
import { findPython, installPins, interpreterOf, pip } from '../servers/python.ts';
import { ROOT } from '../run-command.ts';

export const PYTHON_KIT = `${ROOT}sdk/python`;

const REQUIREMENTS = `${PYTHON_KIT}/requirements.txt`;
const SITE_PACKAGES = 'import sysconfig; print(sysconfig.get_path("purelib"))';
/** What the wheel is made of. */
const SOURCES = /\.py$|^py\.typed$|^pyproject\.toml$|^README\.md$/;
const KEY_CHARS = 16;

export type PythonKit = {
  /** An interpreter that has the kit and what it depends on, and nothing else of ours. */
  python: string;
  /** An interpreter that has formatter, linter and type checker. */
  tools: string;
};

/** Environments in the user's cache, made anew when pins, interpreter or sources changed. */
export async function buildPythonKit(progress: Progress): Promise<PythonKit> {
  const base = await findPython();
  const version = await run(base, ['-VV']);
  const pins = readFileSync(REQUIREMENTS);
  const tools = await cached('python-kit-tools', keyOf(version, pins), progress, (dir) =>
    progress('Getting what the Python kit needs', () => installPins(base, REQUIREMENTS, dir)),
  );
  const parts = [version, pins, ...sources()];
  const kit = await cached('python-kit', keyOf(...parts), progress, (dir) =>
    progress('Building the Python kit', () => installKit(base, interpreterOf(tools), dir)),
  );
  return { python: interpreterOf(kit), tools: interpreterOf(tools) };
}

/** The dependencies are shared by a path file: an environment with the kit alone is small. */
async function installKit(base: string, tools: string, dir: string): Promise<void> {
  await run(base, ['-m', 'venv', '--without-pip', dir]);
  const [shared, own] = [await sitePackages(tools), await sitePackages(interpreterOf(dir))];
  writeFileSync(join(own, 'dependencies.pth'), `${shared}\n`);
  const alone = ['--no-deps', '--no-build-isolation', '--no-index'];
  await pip(tools, interpreterOf(dir), [...alone, PYTHON_KIT]);
}

const sitePackages = async (python: string): Promise<string> =>
  (await run(python, ['-c', SITE_PACKAGES])).trim();

const sources = (): Buffer[] =>
  readdirSync(PYTHON_KIT, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.includes('tests') && SOURCES.test(path.split(/[/\\]/).at(-1) ?? ''))
    .toSorted()
    .flatMap((path) => [Buffer.from(path), readFileSync(join(PYTHON_KIT, path))]);

function keyOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(String(part.length)).update('\n').update(part);
  return hash.digest('hex').slice(0, KEY_CHARS);
}
