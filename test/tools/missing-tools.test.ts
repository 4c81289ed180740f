import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromDebian } from '../../tools/servers/debian.ts';
import { get as getKeycloak } from '../../tools/servers/keycloak.ts';
import { quiet } from '../../tools/servers/progress.ts';

const before = { PATH: process.env['PATH'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] };
let empty: string;

beforeEach(() => {
  empty = mkdtempSync(join(tmpdir(), 'tenure-empty-'));
  process.env['PATH'] = empty;
  process.env['XDG_CACHE_HOME'] = empty;
});

afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  rmSync(empty, { recursive: true });
});

test('without apt-get, a missing Debian package is one sentence that names it', async () => {
  const getting = fromDebian('no-such-daemon', 'Some server', ['some-server'], quiet);
  await expect(getting).rejects.toMatchObject({
    code: 'missing-tool',
    message: "Some server is not installed: put it on the PATH (Debian's packages: some-server).",
  });
});

test('without Maven or Java, Keycloak says in one sentence what to install', async () => {
  await expect(getKeycloak(quiet)).rejects.toMatchObject({
    code: 'missing-tool',
    message: expect.stringMatching(
      /^Keycloak .*(with Maven|needs Java 21 or newer): .*install .*$/,
    ),
  });
});
