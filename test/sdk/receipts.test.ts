import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fromBase64Url, utf8 } from '../../facts/core/bytes.ts';
import { createNoteVerifier } from '../../facts/log/note-key.ts';
import { openReceipt, planeKeyName } from '../../facts/log/receipt.ts';
import type { Receipt } from '../../facts/log/receipt.ts';
import { eventually } from '../support/eventually.ts';
import { LOG, memberDraft } from './support/fact-writer.ts';
import { checkpointNote } from './support/log-writer.ts';
import { PlaneFixture } from './support/plane-fixture.ts';
import { PLANE_KEY, PLANE_NAME } from './support/receipts.ts';
import { ACME, PLATFORM_SHARD, SHARD, memberId } from './support/tenants.ts';

const SOON = { withinMs: 4_000 };
const receipts = { name: PLANE_NAME, key: PLANE_KEY };
const FOLLOWED = [SHARD, PLATFORM_SHARD].toSorted((a, b) => a - b);

let fixture: PlaneFixture;
const opened = (publicKey = PLANE_KEY.publicKey): Receipt[] => {
  const key = createNoteVerifier(planeKeyName(LOG, PLANE_NAME), publicKey);
  const plane = { log: LOG, name: PLANE_NAME, key };
  return fixture.registry.receipts.map((note) => openReceipt(utf8(note), plane));
};
const sizes = (): number[] => opened().map(({ size }) => size);
const beat = (size: number): void =>
  fixture.live?.heartbeat(fixture.registry.heartbeat({ checkpoint: checkpointNote(size) }));

beforeEach(async () => {
  fixture = await PlaneFixture.start();
  fixture.registry.overrides = { checkpoint: checkpointNote(6) };
});

afterEach(() => fixture.stop());

test('a plane tells how far it has come, and signs it', async () => {
  const plane = await fixture.open({ receipts });
  await plane.ready();
  await eventually(() => expect(opened()).toHaveLength(1), SOON);
  const at = new Date(fixture.clock.wallMs()).toISOString();
  const [receipt] = opened();
  expect(receipt).toEqual({ log: LOG, name: PLANE_NAME, at, epoch: 1, size: 6, shards: FOLLOWED });
});

test('only what every shard has reached is told, when it has grown, every 10 s at most', async () => {
  const plane = await fixture.open({ receipts });
  await plane.ready();
  await eventually(() => expect(sizes()).toEqual([6]), SOON);
  const line = fixture.writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  beat(7);
  fixture.clock.nowMs += 10_000;
  beat(7);
  expect(sizes()).toEqual([6]);
  fixture.live?.lines(SHARD, [line]);
  await eventually(() => expect(sizes()).toEqual([6, 7]), SOON);
  beat(8);
  beat(9);
  fixture.clock.nowMs += 9_999;
  expect(sizes()).toEqual([6, 7]);
});

test('a registry that is down makes the next one due, and stops nothing', async () => {
  const plane = await fixture.open({ receipts });
  fixture.registry.down = true;
  await eventually(() => expect(fixture.registry.requests).toBeGreaterThan(0), SOON);
  expect(sizes()).toEqual([]);
  fixture.registry.down = false;
  beat(6);
  await plane.ready();
  await eventually(() => expect(sizes()).toEqual([6]), SOON);
});

test('a key that cannot sign stops nothing', async () => {
  const broken = { publicKey: PLANE_KEY.publicKey, sign: () => fail() };
  const plane = await fixture.open({ receipts: { name: PLANE_NAME, key: broken } });
  await plane.ready();
  expect(plane.freshness()).toBe('fresh');
  expect(fixture.registry.receipts).toEqual([]);
});

const fail = (): never => {
  throw new Error('the key is on holiday');
};

test('without the option nothing is sent', async () => {
  const plane = await fixture.open();
  await plane.ready();
  beat(7);
  expect(fixture.registry.receipts).toEqual([]);
});

describe('the key', () => {
  const pem = (name: string, content: string): string => {
    mkdirSync(fixture.directory, { recursive: true });
    const path = join(fixture.directory, name);
    writeFileSync(path, content);
    return path;
  };
  test('may be a PEM file, as openssl writes it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = pem('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const plane = await fixture.open({ receipts: { name: PLANE_NAME, key } });
    await plane.ready();
    const raw = fromBase64Url(publicKey.export({ format: 'jwk' }).x ?? '');
    await eventually(() => expect(opened(raw)).toHaveLength(1), SOON);
  });
  test('of another kind, or none, is refused when the plane is opened', async () => {
    const { privateKey } = generateKeyPairSync('x25519');
    const other = pem('other.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    for (const key of [other, pem('none.pem', 'no key'), join(fixture.directory, 'missing.pem')]) {
      const opening = fixture.open({ receipts: { name: PLANE_NAME, key } });
      await expect(opening).rejects.toMatchObject({ code: 'key-invalid' });
    }
  });
  test.each(['', 'Upper', '-eu', 'a b', 'x'.repeat(64)])('name %j is refused', async (name) => {
    const opening = fixture.open({ receipts: { name, key: PLANE_KEY } });
    await expect(opening).rejects.toMatchObject({ code: 'key-invalid' });
  });
});
