import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzip, type AsyncUnzipOptions, type Unzipped } from 'fflate';
import { cached } from './cache.ts';
import { ServerError } from './errors.ts';
import type { Progress } from './progress.ts';
import { goToolchainSums, versions } from './versions.ts';

const CPU: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };
// In other threads: the person is shown progress meanwhile.
const unpack = promisify<Uint8Array, AsyncUnzipOptions, Unzipped>(unzip);
/** Module archives carry no modes. */
const EXECUTABLES = /^(bin|pkg\/tool)\//;

/** The pinned Go in the user's cache, for machines that have none; gives the path of `go`. */
export async function fetchGo(progress: Progress): Promise<string> {
  const platform = `${process.platform}-${CPU[process.arch] ?? process.arch}`;
  const sum = goToolchainSums[platform];
  if (sum === undefined) {
    throw new ServerError('missing-tool', `Go is missing: install it (https://go.dev/dl).`);
  }
  const version = `v0.0.1-go${versions.go}.${platform}`;
  const what = `Getting Go ${versions.go} (once, a download of 75 MB)`;
  const dir = await cached('go', versions.go, progress, (building) =>
    progress(what, () => fetchToolchain(version, sum, building)),
  );
  return join(dir, 'bin', 'go');
}

/**
 * Go's releases are modules too (https://go.dev/doc/toolchain#download), so that the module proxy
 * that all builds need anyway is the only place they need. GOPROXY names it.
 */
export async function fetchToolchain(version: string, sum: string, dir: string): Promise<void> {
  const proxy = process.env['GOPROXY']?.split(/[,|]/)[0] ?? '';
  if (!proxy.startsWith('http')) {
    const advice = 'install it (https://go.dev/dl), or name your module proxy in GOPROXY';
    throw new ServerError('missing-tool', `Go is missing: ${advice}.`);
  }
  const url = `${proxy}/golang.org/toolchain/@v/${version}.zip`;
  const files = await unpack(await download(url), {});
  const actual = moduleSum(files);
  if (actual !== sum) {
    throw new ServerError(
      'command-failed',
      `${url} is not what it should be: ${actual}, not ${sum}`,
    );
  }
  const prefix = `golang.org/toolchain@${version}/`;
  for (const [name, content] of Object.entries(files)) {
    const path = name.slice(prefix.length);
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    if (EXECUTABLES.test(path)) chmodSync(file, 0o755);
  }
}

async function download(url: string): Promise<Uint8Array> {
  let problem: unknown;
  try {
    const response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    problem = `it answers ${response.status}`;
  } catch (error) {
    problem = (error as Error).message;
  }
  const advice = 'install Go yourself (https://go.dev/dl)';
  throw new ServerError(
    'missing-tool',
    `Go is missing and ${url} cannot be had (${problem}): ${advice}.`,
  );
}

/** "h1" of golang.org/x/mod/sumdb/dirhash: SHA-256 over `<SHA-256 of the file>  <name>` lines. */
function moduleSum(files: Record<string, Uint8Array>): string {
  const summary = createHash('sha256');
  for (const name of Object.keys(files).toSorted(byBytes)) {
    const hash = createHash('sha256').update(files[name] as Uint8Array);
    summary.update(`${hash.digest('hex')}  ${name}\n`);
  }
  return `h1:${summary.digest('base64')}`;
}

/** As Go sorts; JavaScript compares UTF-16 units. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
