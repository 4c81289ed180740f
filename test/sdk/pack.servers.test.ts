import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildKit } from '../../tools/kit/build.ts';
import { ROOT } from '../../tools/run-command.ts';
import { FakeRegistry, TOKEN } from './support/fake-registry.ts';
import { FactWriter, ISSUER, LOG, memberDraft, tenantDraft } from './support/fact-writer.ts';
import { writePlatform } from './support/fact-writer.ts';
import { ROOT_KEY } from './support/log-writer.ts';
import { ACME, memberId } from './support/tenants.ts';

// The kit as a stranger gets it: built, packed, installed from the tarball, run as plain JavaScript.
// Here and not among the fast tests, because npm fetches the kit's one dependency.
const run = promisify(execFile);
const KIT = `${ROOT}sdk/typescript`;

let project: string;
let registry: FakeRegistry;
let registryUrl: string;

const decide = async (permission: string): Promise<unknown> => {
  const { stdout } = await run(process.execPath, ['sample.js', ISSUER, 'jane', permission, ACME], {
    cwd: project,
    env: {
      ...process.env,
      TENURE_URL: registryUrl,
      TENURE_TOKEN: TOKEN,
      TENURE_LOG: LOG,
      TENURE_ROOT: ROOT_KEY,
      TENURE_DIRECTORY: join(project, 'facts'),
    },
  });
  return JSON.parse(stdout);
};

beforeAll(async () => {
  expect((await buildKit()).code).toBe(0);
  project = mkdtempSync(join(tmpdir(), 'tenure-kit-'));
  mkdirSync(join(project, 'packed'));
  await run('npm', ['pack', '--pack-destination', join(project, 'packed')], { cwd: KIT });
  const [tarball = ''] = readdirSync(join(project, 'packed'));
  const manifest = { name: 'plain', version: '1.0.0', private: true, type: 'module' };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', [...install, join(project, 'packed', tarball)], { cwd: project });
  copyFileSync(`${KIT}/sample.js`, join(project, 'sample.js'));
  const writer = new FactWriter();
  writePlatform(writer);
  writer.write(ACME, tenantDraft(ACME));
  writer.write(ACME, memberDraft(memberId(1), 'jane', ['viewer']));
  registry = new FakeRegistry(writer);
  registryUrl = await registry.listen();
});

afterAll(async () => {
  await registry?.close();
  rmSync(project, { recursive: true, force: true });
});

test('a plain JavaScript project installs the kit and decides with the sample', async () => {
  expect(await decide('invoice:read')).toEqual({
    allowed: true,
    reason: 'granted',
    freshness: 'fresh',
  });
  expect(await decide('invoice:write')).toMatchObject({ allowed: false, reason: 'no-permission' });
});

test('a TypeScript project gets the types', async () => {
  const source = [
    "import { openPlane } from '@tenure/data-plane';",
    "import type { PlaneOptions } from '@tenure/data-plane/types';",
    'export const use = async (options: PlaneOptions): Promise<boolean> => {',
    '  const plane = await openPlane(options);',
    "  return plane.can({ issuer: '', sub: '' }, 'a:b', '').allowed;",
    '};',
    '// @ts-expect-error a permission is a text',
    'export const wrong = async (o: PlaneOptions) => (await openPlane(o)).can({}, 1, 2);',
  ].join('\n');
  writeFileSync(join(project, 'use.ts'), source);
  const compilerOptions = {
    noEmit: true,
    strict: true,
    target: 'es2023',
    module: 'nodenext',
    types: ['node'],
    typeRoots: [`${ROOT}node_modules/@types`],
  };
  const tsconfig = JSON.stringify({ compilerOptions, files: ['use.ts'] });
  writeFileSync(join(project, 'tsconfig.json'), tsconfig);
  const tsc = `${ROOT}node_modules/@typescript/native/bin/tsc`;
  await run(process.execPath, [tsc, '--project', project]).catch((error: { stdout: string }) => {
    expect(error.stdout).toBe('');
  });
});
