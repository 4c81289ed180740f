import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FixtureTree, writeFixtureTree } from './fixture-tree.ts';
import { REPOSITORY } from './tracked-files.ts';
import { listBundledModules, packageOf } from './workflow-bundle.ts';

const BUNDLE_TIMEOUT_MS = 60_000;
const OURS = /^(workflows|domain|facts\/core)\//;

const workflow = (lines: string) => `${lines}\nexport async function empty() {}\n`;

describe('what is loaded into the workflow sandbox', () => {
  let tree: FixtureTree;
  let sdkPackages: Set<string | undefined>;

  beforeAll(async () => {
    tree = writeFixtureTree({
      'empty.ts': workflow("import { sleep } from '@temporalio/workflow';\nexport { sleep };"),
      'library.ts': workflow("import { parse } from 'yaml';\nexport { parse };"),
      'bare.ts': workflow("import { hash } from 'crypto';\nexport { hash };"),
      'prefixed.ts': workflow("import { hash } from 'node:crypto';\nexport { hash };"),
    });
    symlinkSync(join(REPOSITORY, 'node_modules'), join(tree.folder, 'node_modules'));
    sdkPackages = new Set((await listBundledModules(join(tree.folder, 'empty.ts'))).map(packageOf));
  }, BUNDLE_TIMEOUT_MS);
  afterAll(() => tree.remove());

  const findForeign = (modules: readonly string[]) =>
    modules.filter(
      (path) => !(packageOf(path) ? sdkPackages.has(packageOf(path)) : OURS.test(path)),
    );

  test(
    'our workflows load the workflow SDK, workflows/, domain/ and facts/core/ and nothing else',
    async () => {
      const modules = await listBundledModules(join(REPOSITORY, 'workflows/all.ts'));
      expect(modules.filter((path) => OURS.test(path)).length).toBeGreaterThan(2);
      expect(findForeign(modules)).toEqual([]);
    },
    BUNDLE_TIMEOUT_MS,
  );

  test(
    'a library that slipped in is found',
    async () => {
      const modules = await listBundledModules(join(tree.folder, 'library.ts'));
      expect(new Set(findForeign(modules).map(packageOf))).toContain('yaml');
    },
    BUNDLE_TIMEOUT_MS,
  );

  test.each([
    { file: 'bare.ts', reason: "'crypto'" },
    { file: 'prefixed.ts', reason: 'Webpack finished with errors' },
  ])(
    'a Node built-in is refused by the bundler: $file',
    async ({ file, reason }) => {
      await expect(listBundledModules(join(tree.folder, file))).rejects.toThrow(reason);
    },
    BUNDLE_TIMEOUT_MS,
  );
});
