// Builds the Rust kit's programs, runs Rust's own tools over the kit, and packs the kit as a crate.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cached, cacheRoot } from '../servers/cache.ts';
import { findOnPath, run } from '../servers/command.ts';
import { ServerError } from '../servers/errors.ts';
import type { Progress } from '../servers/progress.ts';
import { ROOT } from '../run-command.ts';

export const RUST_KIT = join(ROOT, 'sdk/rust');

const DRIVER = 'driver';
/** Of the bench. */
const PROGRAMS = ['listen', 'measure'];
const VERSION_CHARS = 16;
const SOURCE = /(\.rs|^Cargo\.toml|^Cargo\.lock)$/;
/** Where Rust puts itself when its own installer is used; often not on the PATH. */
const USUAL_FOLDERS = [join(homedir(), '.cargo/bin'), '/opt/homebrew/bin'];

/** Of the kit's folder, in a fixed order: what the build consists of. */
const sourcesOf = (): string[] =>
  readdirSync(RUST_KIT, { recursive: true, encoding: 'utf8' })
    .filter((path) => SOURCE.test(path.slice(path.lastIndexOf('/') + 1)))
    .filter((path) => !path.startsWith('target/'))
    .toSorted();

const versionOf = (): string => {
  const sum = createHash('sha256');
  for (const path of sourcesOf()) {
    sum.update(`${path}\n`).update(readFileSync(join(RUST_KIT, path)));
  }
  return sum.digest('hex').slice(0, VERSION_CHARS);
};

/** What cargo has built stays with the user: the next clone compiles the kit alone. */
export const rustTarget = (): string => join(cacheRoot(), 'rust-target');

/** Runs cargo in a folder; a machine without it is told so in one sentence. */
export const cargo = async (args: readonly string[], folder = RUST_KIT): Promise<string> => {
  const file = findOnPath('cargo', USUAL_FOLDERS);
  if (file === undefined) {
    const advice = 'install it, 1.95 or newer (https://rustup.rs)';
    throw new ServerError('missing-tool', `Rust is missing: ${advice}.`);
  }
  return run(file, args, { cwd: folder, env: { CARGO_TARGET_DIR: rustTarget() } });
};

/** The driver's executable; named by its sources in the cache, so a changed kit is built anew. */
export const buildRustDriver = async (progress: Progress): Promise<string> => {
  const dir = await cached('kit-rust', versionOf(), progress, async (building) => {
    await progress("Building the Rust kit's driver (once, about a minute)", () =>
      cargo(['build', '--locked', '--example', DRIVER]),
    );
    copyFileSync(join(rustTarget(), 'debug/examples', DRIVER), join(building, DRIVER));
  });
  return join(dir, DRIVER);
};

/** A program of the bench: as a data plane is shipped, and not as tests are built. */
export const buildRustProgram = async (
  name: 'listen' | 'measure',
  progress: Progress,
): Promise<string> => {
  const dir = await cached('kit-rust-release', versionOf(), progress, async (building) => {
    const examples = PROGRAMS.flatMap((program) => ['--example', program]);
    await progress("Building the Rust kit's programs (once, some minutes)", () =>
      cargo(['build', '--locked', '--release', ...examples]),
    );
    for (const program of PROGRAMS) {
      copyFileSync(join(rustTarget(), 'release/examples', program), join(building, program));
    }
  });
  return join(dir, name);
};

export type RustReport = { tests: string; clippy: string; unformatted: string };

/** Rust's own tests, clippy with every warning an error, and rustfmt; each throws what it said. */
export const checkRustKit = async (): Promise<RustReport> => ({
  unformatted: await cargo(['fmt', '--check']),
  tests: await cargo(['test', '--locked', '--lib', '--tests']),
  clippy: await cargo(['clippy', '--locked', '--all-targets', '--', '--deny', 'warnings']),
});

/** Those of the kit: with them cargo finds what it has built already. */
const profilesOf = (manifest: string): string => manifest.slice(manifest.indexOf('[profile.dev]'));

/**
 * A project in `folder` that depends on the kit as it is packed, with the README's sample as its
 * program; answers the program's executable.
 */
export const buildRustSample = async (folder: string): Promise<string> => {
  await cargo(['package', '--locked', '--allow-dirty', '--no-verify']);
  const packed = 'tenure-dataplane-0.1.0';
  await run('tar', ['-xzf', join(rustTarget(), 'package', `${packed}.crate`), '-C', folder]);
  const project = join(folder, 'plain');
  mkdirSync(join(project, 'src'), { recursive: true });
  copyFileSync(join(RUST_KIT, 'examples/sample.rs'), join(project, 'src/main.rs'));
  copyFileSync(join(RUST_KIT, 'Cargo.lock'), join(project, 'Cargo.lock'));
  const manifest = [
    '[package]\nname = "plain"\nversion = "0.1.0"\nedition = "2024"\n',
    `[dependencies]\ntenure-dataplane = { path = "../${packed}" }`,
    'tokio = { version = "1", features = ["macros", "rt-multi-thread"] }\n',
    profilesOf(readFileSync(join(RUST_KIT, 'Cargo.toml'), 'utf8')).split('[lints')[0] ?? '',
  ];
  writeFileSync(join(project, 'Cargo.toml'), manifest.join('\n'));
  await cargo(['build'], project);
  return join(rustTarget(), 'debug/plain');
};
