import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { migrateUp } from '../../adapters/postgres/migrate.ts';
import { parseNoteKey } from '../../facts/log/note-key.ts';
import { freshDatabase } from '../support/servers/database.ts';
import type { ShownKeys } from './keys-world.ts';

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
  return { code, err, shown: (out === '' ? undefined : JSON.parse(out)) as ShownKeys };
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

const keyFiles = () => readdirSync(env['KEY_DIR'] ?? '');
const rotate = (...args: string[]) => keys('rotate', '--root', rootFile(), ...args);

test('the log key is rotated behind the size that may be signed already', async () => {
  await keys('init', '--root', rootFile());
  const { shown } = await rotate('--role', 'log');
  const ranges = shown.keys.filter(({ role }) => role === 'log');
  expect(ranges.map(({ from, to }) => [from, to])).toEqual([
    ['0', '1'],
    ['1', '–'],
  ]);
});

test('the old time key goes only when a heartbeat has told readers of the new one', async () => {
  await keys('init', '--root', rootFile());
  const { shown } = await rotate('--role', 'time');
  expect(shown.keys.filter(({ role }) => role === 'time')).toHaveLength(2);
  const early = await rotate('--role', 'time');
  expect(early).toMatchObject({ code: 1, err: expect.stringContaining('start the sequencer') });
  expect(keyFiles()).toHaveLength(4);
});

test('a new root vouches for all later sets, and planes still pin the first', async () => {
  const { shown: before } = await keys('init', '--root', rootFile());
  const file = join(folder, 'second.key');
  const toSecond = () => rotate('--role', 'root', '--new-root', file);
  const { shown } = await toSecond();
  expect(shown).toMatchObject({ version: 2, root: before.root });
  expect(shown.newestRoot).not.toBe(before.newestRoot);
  expect((await toSecond()).shown.version).toBe(2);
  expect((await rotate()).err).toContain('note-key-unknown');
  expect((await keys('rotate', '--root', file)).shown.version).toBe(3);
  const third = join(folder, 'third.key');
  expect((await rotate('--role', 'root', '--new-root', third)).code).toBe(1);
  expect(existsSync(third)).toBe(false);
});

test('a revocation says what it would do, and needs a word to do it', async () => {
  const { shown } = await keys('init', '--root', rootFile());
  const [fact] = shown.keys;
  const revoke = (...args: string[]) =>
    keys('revoke', fact?.keyId ?? '', '--root', rootFile(), ...args);
  const asked = await revoke();
  expect(asked).toMatchObject({ code: 1, shown: { role: 'fact', from: 0, facts: 0, tenants: 0 } });
  expect(asked.err).toContain('--yes');
  expect((await revoke('--from', '1', '--yes')).err).toContain('is not there');
  expect([(await keys('show')).shown.version, keyFiles().length]).toEqual([1, 3]);
  expect((await revoke('--yes')).shown).toMatchObject({ keySet: 2, asserted: 0 });
  expect((await keys('show')).shown.keys[0]).toMatchObject({ from: '0', to: '0', void: '0' });
});

test('a wrong use is one sentence, and makes no key', async () => {
  await keys('init', '--root', rootFile());
  const cases: [readonly string[], number, string][] = [
    [['rotate', '--root', join(folder, 'none.key')], 2, 'The root key cannot be used'],
    [['rotate', '--root', rootFile(), '--role', 'all'], 2, 'Allowed choices'],
    [['rotate', '--root', rootFile(), '--role', 'root'], 2, '--new-root goes with'],
    [['rotate', '--root', rootFile(), '--new-root', 'x'], 2, '--new-root goes with'],
    [['revoke', 'abc', '--root', rootFile(), '--yes'], 1, 'has no key abc'],
    [['revoke', 'abc', '--root', rootFile(), '--from', '-1'], 2, 'Must be a position'],
  ];
  for (const [args, code, err] of cases)
    expect(await keys(...args)).toMatchObject({ code, err: expect.stringContaining(err) });
  expect([(await keys('show')).shown.version, keyFiles().length]).toEqual([1, 3]);
});

test('what is missing is one sentence that says what to do', async () => {
  expect(await keys('show')).toMatchObject({ code: 1, err: expect.stringContaining('keys init') });
  const { DATABASE_URL } = env;
  env = { DATABASE_URL: DATABASE_URL ?? '' };
  const without = await keys('init', '--root', rootFile());
  expect(without).toMatchObject({ code: 2, err: expect.stringContaining('KEY_DIR is missing') });
});
