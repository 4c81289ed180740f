// Builds the Go kit's programs, runs Go's own tools over the kit, and packs the kit as a module.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { cached } from '../servers/cache.ts';
import { findOnPath, run } from '../servers/command.ts';
import { fetchGo } from '../servers/go-toolchain.ts';
import type { Progress } from '../servers/progress.ts';
import { ROOT } from '../run-command.ts';

export const GO_KIT = join(ROOT, 'sdk/go');
export const GO_MODULE = 'tenure.dev/dataplane';

const VERSION_CHARS = 16;
const SOURCE = /(\.go|^go\.mod|^go\.sum)$/;
/** Where Go puts itself when its own installer is used; often not on the PATH. */
const USUAL_FOLDERS = ['/usr/local/go/bin', '/opt/homebrew/bin', '/usr/lib/go/bin'];

/** Of the kit's folder, in a fixed order: what the build and the module consist of. */
const sourcesOf = (): string[] =>
  readdirSync(GO_KIT, { recursive: true, encoding: 'utf8' })
    .filter((path) => SOURCE.test(path.slice(path.lastIndexOf('/') + 1)))
    .toSorted();

const versionOf = (): string => {
  const sum = createHash('sha256');
  for (const path of sourcesOf()) sum.update(`${path}\n`).update(readFileSync(join(GO_KIT, path)));
  return sum.digest('hex').slice(0, VERSION_CHARS);
};

/** The `go` on the PATH, or the pinned one; the error of a machine without both says so. */
export const goOf = async (progress: Progress): Promise<string> =>
  findOnPath('go', USUAL_FOLDERS) ?? fetchGo(progress);

/** An executable of the kit; named by its sources in the cache, so a changed kit is built anew. */
export const buildGoProgram = async (
  name: 'driver' | 'listen' | 'measure',
  progress: Progress,
): Promise<string> => {
  const dir = await cached('kit-go', versionOf(), progress, async (building) => {
    const go = await goOf(progress);
    await progress("Building the Go kit's programs", () =>
      run(go, ['build', '-trimpath', '-o', `${building}/`, './cmd/...'], {
        cwd: GO_KIT,
        what: "building the Go kit's programs",
      }),
    );
  });
  return join(dir, name);
};

export const buildGoDriver = (progress: Progress): Promise<string> =>
  buildGoProgram('driver', progress);

export type GoReport = { raced: boolean; tests: string; vet: string; unformatted: string };

/** Go's own tests, `go vet` and `gofmt -l`. Tests look for races where a C compiler is there. */
export const checkGoKit = async (progress: Progress): Promise<GoReport> => {
  const go = await goOf(progress);
  const raced = findOnPath('gcc') !== undefined || findOnPath('clang') !== undefined;
  const race = raced ? ['-race'] : [];
  const env: Record<string, string> = raced ? { CGO_ENABLED: '1' } : {};
  const gofmt = join((await run(go, ['env', 'GOROOT'])).trim(), 'bin/gofmt');
  return {
    raced,
    tests: await run(go, ['test', ...race, './...'], { cwd: GO_KIT, env }),
    vet: await run(go, ['vet', './...'], { cwd: GO_KIT }),
    unformatted: await run(gofmt, ['-l', '.'], { cwd: GO_KIT }),
  };
};

/** Versions of a folder of our own look like those of any module: nothing here is published. */
const PACKED_VERSION = 'v0.1.0';

/**
 * A module proxy in a folder that serves the kit alone (go.dev/ref/mod, "GOPROXY protocol"), so
 * that a project gets it as any other module.
 */
export const packGoKit = (folder: string): { proxy: string; version: string } => {
  const place = join(folder, GO_MODULE, '@v');
  mkdirSync(place, { recursive: true });
  const files = [...sourcesOf(), 'README.md'].map((path) => {
    const name = `${GO_MODULE}@${PACKED_VERSION}/${path}`;
    return [name, new Uint8Array(readFileSync(join(GO_KIT, path)))] as const;
  });
  writeFileSync(join(place, 'list'), `${PACKED_VERSION}\n`);
  writeFileSync(join(place, `${PACKED_VERSION}.info`), JSON.stringify({ Version: PACKED_VERSION }));
  cpSync(join(GO_KIT, 'go.mod'), join(place, `${PACKED_VERSION}.mod`));
  writeFileSync(join(place, `${PACKED_VERSION}.zip`), zipSync(Object.fromEntries(files)));
  return { proxy: `file://${folder}`, version: PACKED_VERSION };
};
