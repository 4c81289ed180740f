import { cp, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { findOnPath, run } from './command.ts';
import { ServerError } from './errors.ts';
import { fetchGo } from './go-toolchain.ts';
import type { Progress } from './progress.ts';

/** What a module of ours consists of; it has no folders. */
const GO_SOURCE = /\.(go|mod|sum)$/;

/** Where Go puts itself when its own installer is used; often not on the PATH. */
const USUAL_FOLDERS = ['/usr/local/go/bin', '/opt/homebrew/bin', '/usr/lib/go/bin'];

export type GoModule = {
  version: string;
  /** As go.sum has it. */
  sum: string;
};

type GoTool = {
  /** `nats`; the cache's folder is named by it and the version. */
  name: string;
  version: string;
  /** As people know it and how long it takes: `NATS server 2.14.5 (about a minute)`. */
  what: string;
  /** The executable's name. */
  binary: string;
};

/** `go install`s a package at a version into the cache; gives the path of its executable. */
export async function goInstall(
  tool: GoTool,
  packagePath: string,
  progress: Progress,
): Promise<string> {
  const dir = await cached(tool.name, tool.version, progress, async (building) => {
    const go = await findGo(progress);
    await progress(`Building ${tool.what}`, () =>
      run(go, ['install', `${packagePath}@v${tool.version}`], { env: { GOBIN: building } }),
    );
    const [made] = await readdir(building);
    if (made !== undefined) await rename(join(building, made), join(building, tool.binary));
  });
  return join(dir, tool.binary);
}

/**
 * Builds a package within a module of ours (a folder with its go.mod and go.sum committed),
 * unless `fetchReleased` puts the makers' own executable at the path it is given.
 */
export async function goBuild(
  tool: GoTool,
  module: URL,
  packagePath: string,
  progress: Progress,
  fetchReleased: (file: string) => Promise<boolean> = async () => false,
): Promise<string> {
  const dir = await cached(tool.name, tool.version, progress, async (building) => {
    const output = join(building, tool.binary);
    if (await fetchReleased(output)) return;
    const go = await findGo(progress);
    // A copy: the build must not be able to change the committed files.
    const source = join(building, 'source');
    await mkdir(source);
    for (const file of (await readdir(module)).filter((name) => GO_SOURCE.test(name))) {
      await cp(new URL(file, module), join(source, file));
    }
    await progress(`Building ${tool.what}`, () =>
      run(go, ['build', '-o', output, packagePath], { cwd: source }),
    );
  });
  return join(dir, tool.binary);
}

/** The folder of a module as its makers released it, unbuilt: for what else lies in it. */
export async function goModule(
  path: string,
  { version, sum }: GoModule,
  progress: Progress,
): Promise<string> {
  const go = await findGo(progress);
  const answer = await run(go, ['mod', 'download', '-json', `${path}@v${version}`]);
  const { Dir, Sum } = JSON.parse(answer) as { Dir: string; Sum: string };
  if (Sum === sum) return Dir;
  const message = `${path} ${version} is not what it should be: ${Sum}, not ${sum}`;
  throw new ServerError('command-failed', message);
}

/** A Go that is there (from 1.21 on it gets itself the version that a go.mod asks for), or ours. */
function findGo(progress: Progress): Promise<string> {
  const go = findOnPath('go', USUAL_FOLDERS);
  return go === undefined ? fetchGo(progress) : Promise.resolve(go);
}
