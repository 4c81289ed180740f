import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { migrateUp } from '../../adapters/postgres/migrate.ts';
import { parseNoteKey } from '../../facts/log/note-key.ts';
import { freshDatabase } from '../support/servers/database.ts';

interface Shown {
  readonly version: number;
  readonly root: string;
  readonly keys: readonly { role: string; keyId: string; from: string; to: string }[];
}

let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-keys-'));
  const DATABASE_URL = await freshDatabase();
  await migrateUp({ databaseUrl: DATABASE_URL });
  env = { DATABASE_URL, KEY_DIR: join(folder, 'keys'), FACT_LOG_ORIGIN: 'tenure.example/cli' };
});
afterEach(() => rmSync(folder, { recursive: true }));

async function keys(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(['keys', ...args, '--json'], {
    env,
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, err, shown: (out === '' ? undefined : JSON.parse(out)) as Shown };
}

const rootFile = () => join(folder, 'offline.key');

test('init makes keys and root once, and prints what data planes trust', async () => {
  const { code, shown } = await keys('init', '--root', rootFile());
  expect(code).toBe(0);
  expect(shown.keys.map(({ role, from, to }) => [role, from, to])).toEqual([
    ['fact', '0', '–'],
    ['log', '0', '–'],
    ['time', '–', '–'],
  ]);
  expect(parseNoteKey(shown.root).name).toBe('tenure.example/cli/root');
  expect(readdirSync(env['KEY_DIR'] ?? '').toSorted()).toEqual(['fact.key', 'log.key', 'time.key']);
  expect(existsSync(rootFile())).toBe(true);
  expect((await keys('init', '--root', rootFile())).shown).toEqual(shown);
  expect((await keys('show')).shown).toEqual(shown);
  // The root was moved to where it is safe: no other one is made in its place.
  rmSync(rootFile());
  expect((await keys('init', '--root', rootFile())).shown).toEqual(shown);
  expect(existsSync(rootFile())).toBe(false);
});

test('rotate closes the fact key and brings another, by the root alone', async () => {
  const { shown: before } = await keys('init', '--root', rootFile());
  const { shown } = await keys('rotate', '--root', rootFile());
  expect(shown).toMatchObject({ version: 2, root: before.root });
  expect(shown.keys.map(({ role, to }) => [role, to])).toEqual([
    ['fact', '0'],
    ['fact', '–'],
    ['log', '–'],
    ['time', '–'],
  ]);
  expect(readdirSync(env['KEY_DIR'] ?? '')).toHaveLength(4);
  const stranger = await keys('rotate', '--root', join(env['KEY_DIR'] ?? '', 'log.key'));
  expect(stranger.code).toBe(1);
  expect((await keys('show')).shown.version).toBe(2);
  expect(readdirSync(env['KEY_DIR'] ?? '')).toHaveLength(4);
});

test('what is missing is one sentence that says what to do', async () => {
  expect(await keys('show')).toMatchObject({ code: 1, err: expect.stringContaining('keys init') });
  const { DATABASE_URL } = env;
  env = { DATABASE_URL: DATABASE_URL ?? '' };
  const without = await keys('init', '--root', rootFile());
  expect(without).toMatchObject({ code: 2, err: expect.stringContaining('KEY_DIR is missing') });
});
