import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const SOURCES = ['workflows', 'domain', 'facts/core', 'package-lock.json'];
const CACHE = join(tmpdir(), 'tenure-test-bundles');
const LOADER = fileURLToPath(new URL('replace-loader.cjs', import.meta.url));

const SILENT = {
  log() {},
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};

/** One guard of the workflow sources that is switched off. `text` stands exactly once in `file`. */
export interface Mutation {
  /** From the repository's root. */
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

type Mutations = Mutation | readonly Mutation[];

/** The bundle of all sagas, built once for each content of the sources. */
export function sagaBundle(
  mutations?: Mutations,
  converter?: DataConverter,
): Promise<WorkflowBundleWithSourceMap> {
  return bundleOf('workflows/all.ts', mutations, converter);
}

/** `entry`: a module whose exports are workflows, from the repository's root. */
export async function bundleOf(
  entry: string,
  given: Mutations = [],
  { failureConverterPath }: DataConverter = {},
): Promise<WorkflowBundleWithSourceMap> {
  const mutations = [given].flat();
  const file = join(CACHE, `${hashOf(entry, mutations, failureConverterPath)}.js`);
  if (existsSync(file)) return { code: readFileSync(file, 'utf8'), sourceMap: '' };
  const built = await build(entry, mutations, failureConverterPath);
  mkdirSync(CACHE, { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, built.code);
  renameSync(draft, file);
  return built;
}

function build(entry: string, mutations: readonly Mutation[], failures: string | undefined) {
  return bundleWorkflowCode({
    workflowsPath: join(REPOSITORY, entry),
    logger: SILENT,
    ...(failures === undefined ? {} : { failureConverterPath: failures }),
    webpackConfigHook: (config) => mutations.reduce(mutated, config),
  });
}

type Config = Parameters<
  NonNullable<Parameters<typeof bundleWorkflowCode>[0]['webpackConfigHook']>
>[0];

function mutated(config: Config, mutation: Mutation): Config {
  const file = join(REPOSITORY, mutation.file);
  const found = readFileSync(file, 'utf8').split(mutation.text).length - 1;
  if (found !== 1) throw new Error(`${mutation.file} holds the guard ${found} times, not once`);
  const rule = { test: (path: string) => path === file, loader: LOADER, options: mutation };
  // Loaders run from the last rule to the first, and this one wants the source as it is written.
  const rules = [...(config.module?.rules ?? []), { ...rule, enforce: 'pre' as const }];
  return { ...config, module: { ...config.module, rules } };
}

function hashOf(entry: string, mutations: readonly Mutation[], failures?: string): string {
  const hash = createHash('sha256').update(JSON.stringify([mutations, failures ?? null]));
  hash.update(readFileSync(join(REPOSITORY, entry)));
  for (const source of SOURCES) for (const file of filesOf(source)) hash.update(readFileSync(file));
  return hash.digest('hex');
}

function filesOf(source: string): string[] {
  const path = join(REPOSITORY, source);
  if (!/^[a-z/]+$/.test(source)) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
