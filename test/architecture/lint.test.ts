import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FixtureTree, writeFixtureTree } from './fixture-tree.ts';
import { readTracked, REPOSITORY } from './tracked-files.ts';

type Ban = { rule: string; file: string; text: string };

const FUNCTION_LINES_ABOVE_LIMIT = 70;
const FILE_LINES_ABOVE_LIMIT = 401;

const inFunction = (line: string) => `export async function run() {\n  ${line}\n}\n`;
const inWorkflow = (name: string, line: string): Ban => ({
  rule: 'eslint(no-restricted-globals)',
  file: `workflows/acme/${name}.ts`,
  text: inFunction(line),
});

const BANS: readonly Ban[] = [
  {
    rule: 'typescript(no-floating-promises)',
    file: 'registry/floating.ts',
    text: `declare function save(): Promise<void>;\n${inFunction('save();')}`,
  },
  {
    // An un-awaited drizzle insert is a thenable and no promise.
    rule: 'typescript(no-floating-promises)',
    file: 'adapters/postgres/thenable.ts',
    text: `declare function insert(): PromiseLike<void>;\n${inFunction('insert();')}`,
  },
  {
    rule: 'typescript(switch-exhaustiveness-check)',
    file: 'domain/switch.ts',
    text: "export function run(a: 'x' | 'y') {\n  switch (a) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}\n",
  },
  {
    rule: 'typescript(no-import-type-side-effects)',
    file: 'domain/inline-type.ts',
    text: "import { type A } from './a.ts';\nexport type B = A;\n",
  },
  {
    rule: 'oxc(no-barrel-file)',
    file: 'domain/barrel.ts',
    text: "export * from './a.ts';\n",
  },
  {
    rule: 'import(no-cycle)',
    file: 'domain/cycle.ts',
    text: "import { b } from './cycle-back.ts';\nexport const a = () => b;\n",
  },
  {
    rule: 'eslint(max-lines-per-function)',
    file: 'domain/long-function.ts',
    text: `export function run(a: number) {\n${'  a += 1;\n'.repeat(FUNCTION_LINES_ABOVE_LIMIT)}  return a;\n}\n`,
  },
  {
    rule: 'eslint(max-lines)',
    file: 'domain/long-file.ts',
    text: Array.from(
      { length: FILE_LINES_ABOVE_LIMIT },
      (_, i) => `export const a${i} = ${i};\n`,
    ).join(''),
  },
  {
    rule: 'typescript(ban-ts-comment)',
    file: 'domain/silenced.ts',
    text: `// ${['@ts', 'ignore'].join('-')}\nexport const a = 1;\n`,
  },
  {
    rule: 'eslint(no-restricted-imports)',
    file: 'workflows/acme/builtin.ts',
    text: "import { createHash } from 'node:crypto';\nexport const a = createHash;\n",
  },
  {
    rule: 'eslint(no-restricted-imports)',
    file: 'workflows/acme/activity.ts',
    text: "import { a } from '../../activities/a.ts';\nexport const b = a;\n",
  },
  inWorkflow('crypto', 'return crypto.randomUUID();'),
  inWorkflow('process', "return process.env['HOME'];"),
  inWorkflow('buffer', "return Buffer.from('a');"),
  inWorkflow('fetch', "return await fetch('http://127.0.0.1');"),
  inWorkflow('interval', 'return setInterval(() => {}, 1);'),
  inWorkflow('clone', 'return structuredClone({});'),
  inWorkflow('performance', 'return performance.now();'),
];

const ALLOWED: Readonly<Record<string, string>> = {
  'domain/a.ts': 'export type A = 1;\n',
  'domain/cycle-back.ts': "import { a } from './cycle.ts';\nexport const b = () => a;\n",
  'activities/a.ts': "import { randomUUID } from 'node:crypto';\nexport const a = randomUUID;\n",
  'workflows/acme/types.ts':
    "import type { a } from '../../activities/a.ts';\nexport type B = typeof a;\n",
  'workflows/acme/clock.ts': 'export const now = () => Date.now();\n',
};

type Finding = { code: string; filename: string };

function lint(folder: string): Promise<Finding[]> {
  const oxlint = join(REPOSITORY, 'node_modules/oxlint/bin/oxlint');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [oxlint, '--type-aware', '--format=json'],
      { cwd: folder, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        const start = stdout.indexOf('{');
        if (start < 0) reject(error ?? new Error(`oxlint printed nothing: ${stderr}`));
        else resolve(JSON.parse(stdout.slice(start)).diagnostics);
      },
    );
  });
}

describe('lint rules', () => {
  let tree: FixtureTree;
  let findings: Finding[];

  beforeAll(async () => {
    const offences = Object.fromEntries(BANS.map(({ file, text }) => [file, text]));
    tree = writeFixtureTree({
      ...ALLOWED,
      ...offences,
      '.oxlintrc.json': readTracked('.oxlintrc.json'),
      'tsconfig.json': readTracked('tsconfig.json'),
      'package.json': '{"type":"module"}',
      '.gitignore': 'node_modules\n',
    });
    symlinkSync(join(REPOSITORY, 'node_modules'), join(tree.folder, 'node_modules'));
    findings = await lint(tree.folder);
  });
  afterAll(() => tree.remove());

  test.each(BANS)('$rule finds $file', ({ rule, file }) => {
    const codes = findings.filter(({ filename }) => filename === file).map(({ code }) => code);
    expect(codes).toContain(rule);
  });

  test.each(Object.keys(ALLOWED).filter((file) => file !== 'domain/cycle-back.ts'))(
    '%s is fine',
    (file) => {
      expect(findings.filter(({ filename }) => filename === file)).toEqual([]);
    },
  );
});
