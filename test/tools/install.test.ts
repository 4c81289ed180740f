import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../tools/install.js', import.meta.url));
const WANTED = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/other-system': { version: '1.0.0', integrity: 'sha512-o', optional: true },
};

// Stands in for npm: notes what it is asked and, for `ci`, installs what the lock says.
const NPM = `
const { appendFileSync, copyFileSync, mkdirSync, writeFileSync } = require('node:fs');
appendFileSync('asked', process.argv[2] + '\\n');
if (process.env.BREAK) { console.error('the registry is on fire'); process.exit(1); }
mkdirSync('node_modules/.bin', { recursive: true });
if (process.argv[2] === 'ci') copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
else writeFileSync('node_modules/.bin/node', '');
`;

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'tenure-install-'));
  mkdirSync(join(project, 'tools'));
  cpSync(SCRIPT, join(project, 'tools', 'install.js'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'npm-stand-in.cjs'), NPM);
  writeFileSync(join(project, 'npm.js'), "import './npm-stand-in.cjs';");
  writeLock('package-lock.json', WANTED);
});

afterEach(() => rmSync(project, { recursive: true }));

test('a fresh clone gets its packages, and its Node by a rebuild', () => {
  const { status } = install();
  expect(status).toBe(0);
  expect(asked()).toEqual(['ci', 'rebuild']);
});

test('nothing is done when all of the lock is there, optional parts of other systems aside', () => {
  writeInstalled({ 'node_modules/a': WANTED['node_modules/a'] });
  const { status } = install();
  expect(status).toBe(0);
  expect(asked()).toEqual([]);
});

test.each([
  ['another version', { version: '0.9.0', integrity: 'sha512-a' }],
  ['other bytes', { version: '1.0.0', integrity: 'sha512-b' }],
])('%s than the lock names is replaced', (_what, entry) => {
  writeInstalled({ ...WANTED, 'node_modules/a': entry });
  expect(install().status).toBe(0);
  expect(asked()).toEqual(['ci', 'rebuild']);
});

test('what npm said is shown when it fails', () => {
  const { status, stderr } = install({ BREAK: 'yes' });
  expect(status).toBe(1);
  expect(stderr).toContain('npm ci failed; it said:\nthe registry is on fire');
});

test('a Node that is too old is one sentence', () => {
  const old =
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'18.1.0'}})";
  const { status, stderr } = install({}, ['--import', old]);
  expect(status).toBe(1);
  expect(stderr).toBe('Tenure needs Node 20 or newer, not 18.1.0.\n');
  expect(asked()).toEqual([]);
});

test('an npm that is too old is one sentence', () => {
  const { status, stderr } = install({ npm_config_user_agent: 'npm/9.8.1 node/v20.1.0' });
  expect(status).toBe(1);
  expect(stderr).toBe('Tenure needs npm 10 or newer, not 9.8.1: npm install --global npm.\n');
});

function install(env: Record<string, string> = {}, flags: readonly string[] = []) {
  const npm = { npm_execpath: join(project, 'npm.js'), npm_config_user_agent: 'npm/10.8.2' };
  return spawnSync(process.execPath, [...flags, join(project, 'tools', 'install.js')], {
    env: { ...process.env, ...npm, ...env },
    encoding: 'utf8',
  });
}

function writeLock(file: string, packages: object): void {
  writeFileSync(join(project, file), JSON.stringify({ packages }));
}

function writeInstalled(packages: object): void {
  mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true });
  writeFileSync(join(project, 'node_modules', '.bin', 'node'), '');
  writeLock(join('node_modules', '.package-lock.json'), packages);
}

function asked(): string[] {
  const file = join(project, 'asked');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}
