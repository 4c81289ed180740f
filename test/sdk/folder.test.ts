import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { shardName } from '../../facts/crypto/shard.ts';
import { openPlane } from '../../sdk/typescript/plane.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import { eventually } from '../support/eventually.ts';
import { ISSUER, memberDraft } from './support/fact-writer.ts';
import type { FactWriter } from './support/fact-writer.ts';
import { headOfLines, headsOf, heartbeatNote, keySetNote } from './support/log-writer.ts';
import { PlaneFixture } from './support/plane-fixture.ts';
import { PLANE_KEY } from './support/receipts.ts';
import { stateOf } from './support/state-writer.ts';
import { ACME, SHARD, memberId } from './support/tenants.ts';

const JANE = { issuer: ISSUER, sub: 'jane' };
/** It is read every three seconds. */
const SOON = { withinMs: 8_000 };

let fixture: PlaneFixture;
let folder: string;
const writer = (): FactWriter => fixture.writer;
const put = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};

/** What `/v1/log` has, and the lines of each shard. */
const exportLog = (): void => {
  put('keys/1', keySetNote());
  const shards = [...writer().shards];
  for (const [shard, lines] of shards) {
    put(`facts/${shardName(shard)}`, lines.map((line) => `${line}\n`).join(''));
  }
  const heads = headsOf(Object.fromEntries(shards.map(([at, lines]) => [at, headOfLines(lines)])));
  put('heartbeat', heartbeatNote({ at: new Date().toISOString(), heads }));
};

const open = async (): Promise<Plane> => {
  const { href } = pathToFileURL(folder);
  const plane = await openPlane(fixture.options({ registryUrl: href, token: '' }));
  fixture.opened.push(plane);
  return plane;
};
const allowed = (plane: Plane, permission = 'invoice:read'): boolean =>
  plane.can(JANE, permission, ACME).allowed;

beforeEach(async () => {
  fixture = await PlaneFixture.start();
  folder = mkdtempSync(join(tmpdir(), 'tenure-folder-'));
});

afterEach(async () => {
  await fixture.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a folder is a log: a plane reads it, and what is put there later', async () => {
  exportLog();
  const plane = await open();
  await plane.ready();
  expect(allowed(plane)).toBe(true);
  expect(plane.freshness()).toBe('fresh');
  writer().write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  exportLog();
  await eventually(() => expect(allowed(plane, 'invoice:write')).toBe(true), SOON);
});

test('a folder with a state is begun with it', async () => {
  exportLog();
  const { note, nodes } = stateOf(writer());
  put('state/note', note);
  for (const [name, node] of nodes) put(`state/${name}`, node);
  const plane = await open();
  await plane.ready();
  expect(plane.stats()).toMatchObject({ snapshot: 6, applied: 0, refused: {} });
  expect(allowed(plane)).toBe(true);
});

test('a folder that is missing is a registry that is down, until it is there', async () => {
  const away = `${folder}-away`;
  exportLog();
  renameSync(folder, away);
  const plane = await open();
  await eventually(() => expect(plane.freshness()).toBe('expired'), SOON);
  expect(plane.stats()).toMatchObject({ applied: 0, refused: {} });
  renameSync(away, folder);
  await plane.ready();
  expect(allowed(plane)).toBe(true);
});

test('a file that is being written is taken as far as it is whole', async () => {
  exportLog();
  const lines = writer().linesOf(ACME);
  put(`facts/${shardName(SHARD)}`, `${lines[0] ?? ''}\n${(lines[1] ?? '').slice(0, 40)}`);
  const plane = await open();
  await eventually(() => expect(plane.stats().applied).toBe(4), SOON);
  expect(plane.stats().refused).toEqual({});
  exportLog();
  await plane.ready();
  expect(allowed(plane)).toBe(true);
});

test('a folder takes no receipts: that is said at once', async () => {
  const { href } = pathToFileURL(folder);
  const receipts = { name: 'eu', key: PLANE_KEY };
  await expect(openPlane(fixture.options({ registryUrl: href, receipts }))).rejects.toThrow(
    'A folder takes no receipts',
  );
});
