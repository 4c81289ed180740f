import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached, cacheRoot } from '../../tools/servers/cache.ts';
import { quiet } from '../../tools/servers/progress.ts';

const before = process.env['XDG_CACHE_HOME'];
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tenure-cache-'));
  process.env['XDG_CACHE_HOME'] = home;
});

afterEach(() => {
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(home, { recursive: true });
});

test('what two ask for at once is built once, then found', async () => {
  let builds = 0;
  const build = async (dir: string) => {
    builds++;
    writeFileSync(join(dir, 'tool'), 'sharp');
  };
  const get = () => cached('tool', '1.0', quiet, build);
  const dirs = await Promise.all([get(), get()]);
  expect(dirs).toEqual([join(home, 'tenure', 'tool-1.0'), join(home, 'tenure', 'tool-1.0')]);
  expect(readFileSync(join(await get(), 'tool'), 'utf8')).toBe('sharp');
  expect(builds).toBe(1);
  expect(readdirSync(cacheRoot())).toEqual(['tool-1.0']);
});

test('what a killed build left is removed when it is old, a running one is let be', async () => {
  const old = join(cacheRoot(), 'tool-1.0.building-old');
  const running = join(cacheRoot(), 'tool-1.0.building-running');
  for (const dir of [old, running]) mkdirSync(dir, { recursive: true });
  utimesSync(old, new Date(0), new Date(0));
  await cached('tool', '1.0', quiet, async () => undefined);
  expect(readdirSync(cacheRoot()).toSorted()).toEqual(['tool-1.0', 'tool-1.0.building-running']);
});

test('a build that fails leaves nothing behind, and the next one can succeed', async () => {
  const failing = cached('tool', '1.0', quiet, async (dir) => {
    writeFileSync(join(dir, 'half'), '');
    throw new Error('no network');
  });
  await expect(failing).rejects.toThrow('no network');
  expect(readdirSync(cacheRoot())).toEqual([]);
  await cached('tool', '1.0', quiet, async () => undefined);
  expect(readdirSync(cacheRoot())).toEqual(['tool-1.0']);
});

test('the lock of a process that died is broken', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(cacheRoot());
  writeFileSync(join(cacheRoot(), 'tool-1.0.lock'), String(dead));
  await cached('tool', '1.0', quiet, async () => undefined);
  expect(readdirSync(cacheRoot())).toEqual(['tool-1.0']);
});
