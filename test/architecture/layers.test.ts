import { execFile } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FORBIDDEN_IMPORTS, LAYERS } from '../../tools/layers.ts';
import { type FixtureTree, writeFixtureTree } from './fixture-tree.ts';
import { listSources, REPOSITORY } from './tracked-files.ts';

type Edge = { rule: string; from: string; to: string; typeOnly?: true };

/** For each rule one import that it forbids. */
const FORBIDDEN: readonly Edge[] = [
  { rule: 'facts-core', from: 'facts/core/a.ts', to: 'node:crypto' },
  { rule: 'facts-core-types', from: 'facts/core/b.ts', to: 'domain/x.ts', typeOnly: true },
  { rule: 'facts-crypto', from: 'facts/crypto/a.ts', to: 'node:fs' },
  { rule: 'facts-crypto-types', from: 'facts/crypto/b.ts', to: 'domain/x.ts', typeOnly: true },
  { rule: 'facts-log', from: 'facts/log/a.ts', to: 'domain/x.ts' },
  { rule: 'facts-log-types', from: 'facts/log/b.ts', to: 'ports/x.ts', typeOnly: true },
  { rule: 'domain', from: 'domain/a.ts', to: 'facts/crypto/x.ts' },
  { rule: 'domain-types', from: 'domain/b.ts', to: 'ports/x.ts', typeOnly: true },
  { rule: 'ports', from: 'ports/a.ts', to: 'registry/x.ts' },
  { rule: 'ports-types', from: 'ports/b.ts', to: 'node_modules/express', typeOnly: true },
  { rule: 'registry', from: 'registry/a.ts', to: 'adapters/memory/x.ts' },
  { rule: 'registry-types', from: 'registry/b.ts', to: 'adapters/memory/x.ts', typeOnly: true },
  { rule: 'saga-tables', from: 'workflows/tables.ts', to: 'activities/x.ts' },
  { rule: 'saga-tables-types', from: 'workflows/tables.ts', to: 'ports/x.ts', typeOnly: true },
  { rule: 'workflow-contracts', from: 'workflows/a/contract.ts', to: 'workflows/a/workflow.ts' },
  { rule: 'workflow-contracts', from: 'workflows/f/contract.ts', to: 'workflows/shared/x.ts' },
  {
    rule: 'workflow-contracts-types',
    from: 'workflows/b/contract.ts',
    to: 'activities/x.ts',
    typeOnly: true,
  },
  { rule: 'workflow-library', from: 'workflows/shared/a.ts', to: 'workflows/b/workflow.ts' },
  {
    rule: 'workflow-library-types',
    from: 'workflows/shared/b.ts',
    to: 'activities/x.ts',
    typeOnly: true,
  },
  { rule: 'workflows', from: 'workflows/a/workflow.ts', to: 'activities/x.ts' },
  { rule: 'workflows', from: 'workflows/c/workflow.ts', to: 'workflows/b/workflow.ts' },
  { rule: 'workflows', from: 'workflows/d/workflow.ts', to: 'node:crypto' },
  { rule: 'workflows-types', from: 'workflows/e/workflow.ts', to: 'ports/x.ts', typeOnly: true },
  { rule: 'workflow-list', from: 'workflows/all.ts', to: 'activities/x.ts' },
  { rule: 'workflow-list-types', from: 'workflows/all.ts', to: 'ports/x.ts', typeOnly: true },
  { rule: 'saga-tables', from: 'workflows/tables.ts', to: 'registry/x.ts' },
  { rule: 'saga-tables-types', from: 'workflows/tables.ts', to: 'ports/x.ts', typeOnly: true },
  { rule: 'activities', from: 'activities/a.ts', to: 'adapters/memory/x.ts' },
  { rule: 'activities-types', from: 'activities/b.ts', to: 'wiring/x.ts', typeOnly: true },
  { rule: 'adapters', from: 'adapters/nats/a.ts', to: 'adapters/memory/x.ts' },
  { rule: 'adapters', from: 'adapters/nats/c.ts', to: 'drizzle/x.ts' },
  { rule: 'adapters-types', from: 'adapters/nats/b.ts', to: 'registry/x.ts', typeOnly: true },
  { rule: 'postgres-adapter', from: 'adapters/postgres/a.ts', to: 'adapters/memory/x.ts' },
  {
    rule: 'postgres-adapter-types',
    from: 'adapters/postgres/b.ts',
    to: 'registry/x.ts',
    typeOnly: true,
  },
  { rule: 'drizzle', from: 'drizzle/a.ts', to: 'adapters/memory/x.ts' },
  { rule: 'drizzle-types', from: 'drizzle/b.ts', to: 'registry/x.ts', typeOnly: true },
  { rule: 'wiring', from: 'wiring/a.ts', to: 'registry/x.ts' },
  { rule: 'wiring-types', from: 'wiring/b.ts', to: 'api/x.ts', typeOnly: true },
  { rule: 'api', from: 'api/a.ts', to: 'adapters/memory/x.ts' },
  { rule: 'api-types', from: 'api/b.ts', to: 'activities/x.ts', typeOnly: true },
  { rule: 'workers', from: 'workers/a.ts', to: 'adapters/memory/x.ts' },
  { rule: 'workers-types', from: 'workers/b.ts', to: 'api/x.ts', typeOnly: true },
  { rule: 'cli', from: 'cli/a.ts', to: 'activities/x.ts' },
  { rule: 'cli-types', from: 'cli/b.ts', to: 'api/x.ts', typeOnly: true },
  { rule: 'sdk', from: 'sdk/typescript/a.ts', to: 'domain/x.ts' },
  { rule: 'sdk-types', from: 'sdk/typescript/b.ts', to: 'domain/x.ts', typeOnly: true },
  { rule: 'no-dev-dependency-in-product', from: 'api/c.ts', to: 'node_modules/smtp-server' },
];

/** Imports that stand next to a ban and must stay possible. */
const ALLOWED: readonly Omit<Edge, 'rule'>[] = [
  { from: 'facts/crypto/ok.ts', to: 'node:crypto' },
  { from: 'domain/ok.ts', to: 'facts/core/x.ts' },
  { from: 'workflows/ok/workflow.ts', to: 'activities/x.ts', typeOnly: true },
  { from: 'workflows/ok/steps.ts', to: 'workflows/ok/contract.ts' },
  { from: 'workflows/ok/contract.ts', to: 'domain/x.ts', typeOnly: true },
  { from: 'workflows/ok/contract.ts', to: 'workflows/shared/x.ts', typeOnly: true },
  { from: 'adapters/nats/ok.ts', to: 'adapters/nats/x.ts' },
  { from: 'adapters/postgres/ok.ts', to: 'drizzle/x.ts' },
  { from: 'api/ok.ts', to: 'node_modules/express' },
  { from: 'domain/ok.test.ts', to: 'adapters/memory/x.ts' },
];

const EMPTY_MODULE = 'export const value = 1;\nexport type Value = 1;\n';
const CRUISE_TIMEOUT_MS = 60_000;

function importLine({ from, to, typeOnly }: Omit<Edge, 'rule'>): string {
  const specifier = /^(node:|node_modules\/)/.test(to)
    ? to.replace('node_modules/', '')
    : relative(dirname(from), to).replace(/^(?!\.)/, './');
  if (typeOnly) return `import type { Value } from '${specifier}';\nexport type From = Value;\n`;
  return `import * as value from '${specifier}';\nexport const from = value;\n`;
}

function fixtureFiles(): Record<string, string> {
  const files: Record<string, string> = {
    'package.json': JSON.stringify({
      type: 'module',
      dependencies: { express: '1' },
      devDependencies: { 'smtp-server': '1' },
    }),
    'tsconfig.json': '{}',
  };
  for (const name of ['express', 'smtp-server']) {
    files[`node_modules/${name}/package.json`] = JSON.stringify({ name, main: 'index.js' });
    files[`node_modules/${name}/index.js`] = '';
  }
  for (const edge of [...FORBIDDEN, ...ALLOWED]) {
    files[edge.from] = (files[edge.from] ?? '') + importLine(edge);
  }
  for (const { to } of [...FORBIDDEN, ...ALLOWED]) {
    if (to.endsWith('.ts')) files[to] = EMPTY_MODULE + (files[to] ?? '');
  }
  return files;
}

type Violation = { rule: { name: string }; from: string };

function cruise(folder: string): Promise<Violation[]> {
  const cruiser = join(REPOSITORY, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = join(REPOSITORY, '.dependency-cruiser.mjs');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [cruiser, `--config=${config}`, '--output-type=json', '.'],
      { cwd: folder, maxBuffer: 2 ** 26 },
      (error, stdout) => {
        // It exits with the number of violations, which here are wanted.
        if (stdout === '') reject(error ?? new Error('dependency-cruiser printed nothing'));
        else resolve(JSON.parse(stdout).summary.violations);
      },
    );
  });
}

describe('import directions', () => {
  let tree: FixtureTree;
  let violations: Violation[];

  beforeAll(async () => {
    tree = writeFixtureTree(fixtureFiles());
    violations = await cruise(tree.folder);
  }, CRUISE_TIMEOUT_MS);
  afterAll(() => tree.remove());

  test.each(FORBIDDEN)('$rule forbids $from -> $to', ({ rule, from }) => {
    expect(
      violations.filter((found) => found.from === from).map((found) => found.rule.name),
    ).toEqual(expect.arrayContaining([rule]));
  });

  test.each(ALLOWED)('$from -> $to stays possible', ({ from }) => {
    expect(violations.filter((found) => found.from === from)).toEqual([]);
  });

  test('every rule has an import here that it forbids, and says what to do instead', () => {
    const shown = new Set(FORBIDDEN.map(({ rule }) => rule));
    for (const { name, comment } of FORBIDDEN_IMPORTS) {
      expect([name, shown.has(name)]).toEqual([name, true]);
      expect(comment.length).toBeGreaterThan(40);
    }
  });

  test('every source file belongs to a folder that the table knows', () => {
    const free = /^((test|bench|tools|manifests|deploy|docs|web)\/|[^/]+\.config\.ts$)/;
    const known = LAYERS.map(({ folder }) => new RegExp(folder));
    const strays = listSources().filter(
      (path) => !free.test(path) && !known.some((folder) => folder.test(path)),
    );
    expect(strays).toEqual([]);
  });
});
