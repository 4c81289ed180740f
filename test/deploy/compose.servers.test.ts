import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { goInstall } from '../../tools/servers/go.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { versions } from '../../tools/servers/versions.ts';
import { type FixtureTree, writeFixtureTree } from '../architecture/fixture-tree.ts';
import { REPOSITORY } from '../architecture/tracked-files.ts';
import { COMPOSE_TEXT } from './compose-file.ts';

describe('docker-compose.yml as Docker Compose reads it', () => {
  let loader: string;
  let tree: FixtureTree;

  beforeAll(async () => {
    const what = `Compose Specification loader ${versions.composeGo}`;
    const tool = { name: 'compose-go', version: versions.composeGo, what, binary: 'compose-spec' };
    loader = await goInstall(tool, 'github.com/compose-spec/compose-go/v2/cmd', quiet);
    tree = writeFixtureTree({
      'good.yml': COMPOSE_TEXT,
      'unknown-key.yml': COMPOSE_TEXT.replace('healthcheck:', 'healthchek:'),
    });
  });
  afterAll(() => tree.remove());

  // Variables are the concern of compose.test.ts.
  const load = (file: string) =>
    spawnSync(loader, ['-no-interpolation', file], { cwd: tree.folder, encoding: 'utf8' });

  test('the specification accepts it', () => {
    const { status, stderr } = load('good.yml');
    expect([status, stderr]).toEqual([0, '']);
  });

  test('and refuses a key that it does not know', () => {
    expect(load('unknown-key.yml').stderr).toContain('healthchek');
  });

  test('a Docker client with Compose accepts it too, where there is one', () => {
    const env = { ...process.env, ...dotEnvOfNames() };
    const compose = (...args: string[]) =>
      spawnSync('docker', ['compose', ...args], { cwd: REPOSITORY, env, encoding: 'utf8' });
    const hasClient = compose('version').status === 0;
    // Without the client the loader above, which the client itself uses, has said it already.
    const verdict = hasClient ? compose('config', '--quiet') : load('good.yml');
    expect(verdict.status).toBe(0);
  });
});

/** A value for each variable that the file wants; none of them is used by reading it. */
function dotEnvOfNames(): Record<string, string> {
  const names = [...COMPOSE_TEXT.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, '1']));
}
