import { describe, expect, test } from '@jest/globals';
import { captureCommand } from '../../tools/run-command.ts';
import { readTracked } from './tracked-files.ts';

type Tree = { version?: string; dependencies?: Record<string, Tree> };
type Installed = { name: string; version: string };

const NPM_TIMEOUT_MS = 60_000;

/** All installed copies in the answer of `npm ls --json`, each version once. */
function listVersions(tree: Tree, isWanted: (name: string) => boolean): Installed[] {
  const found = new Map<string, Installed>();
  const walk = ({ dependencies = {} }: Tree) => {
    for (const [name, child] of Object.entries(dependencies)) {
      const version = child.version ?? '';
      if (isWanted(name) && version) found.set(`${name}@${version}`, { name, version });
      walk(child);
    }
  };
  walk(tree);
  return [...found.values()];
}

async function listInstalled(...names: string[]): Promise<Tree> {
  const { output } = await captureCommand(['npm', 'ls', '--all', '--json', ...names], {
    ...process.env,
    npm_config_loglevel: 'silent',
  });
  return JSON.parse(output.slice(output.indexOf('{')));
}

const temporal = (name: string) => name.startsWith('@temporalio/');
const protobuf = (name: string) => name === 'protobufjs';

describe('installed packages', () => {
  test(
    'one copy of protobufjs 8: with more, JSON histories do not replay',
    async () => {
      const versions = listVersions(await listInstalled('protobufjs'), protobuf);
      expect(versions.filter(({ version }) => version.startsWith('8.'))).toHaveLength(1);
    },
    NPM_TIMEOUT_MS,
  );

  test(
    'all Temporal packages have one version',
    async () => {
      const { dependencies = {} } = await listInstalled();
      const versions = listVersions({ dependencies }, temporal);
      expect(versions.length).toBeGreaterThan(4);
      expect(new Set(versions.map(({ version }) => version)).size).toBe(1);
    },
    NPM_TIMEOUT_MS,
  );

  test('a second nested copy is found', () => {
    const nested = { a: { version: '1.0.0', dependencies: { protobufjs: { version: '8.7.0' } } } };
    const tree = { dependencies: { protobufjs: { version: '8.8.1' }, ...nested } };
    expect(listVersions(tree, protobuf)).toHaveLength(2);
  });

  test('every dependency is pinned to one version', () => {
    const manifest = JSON.parse(readTracked('package.json')) as Record<string, object>;
    const exact = /^(npm:@?[\w/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;
    const loose = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((part) =>
      Object.entries(manifest[part] ?? {}).filter(([, version]) => !exact.test(String(version))),
    );
    expect(loose).toEqual([]);
    expect(exact.test('^1.2.3')).toBe(false);
  });
});
