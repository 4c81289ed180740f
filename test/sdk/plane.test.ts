import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { shardName } from '../../facts/crypto/shard.ts';
import { rootName } from '../../facts/log/key-set.ts';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import { openPlane } from '../../sdk/typescript/plane.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import type { FreshnessChange, PlaneOptions, Refusal } from '../../sdk/typescript/types.ts';
import { eventually } from '../support/eventually.ts';
import type { FakeRegistry } from './support/fake-registry.ts';
import { ISSUER, memberDraft } from './support/fact-writer.ts';
import type { FactWriter } from './support/fact-writer.ts';
import { ROOT } from './support/log-writer.ts';
import { PlaneFixture } from './support/plane-fixture.ts';
import { ACME, GLOBEX, PLATFORM_SHARD, SHARD, memberId } from './support/tenants.ts';

const JANE = { issuer: ISSUER, sub: 'jane' };
const HOUR_MS = 3_600_000;
const SOON = { withinMs: 4_000 };

let fixture: PlaneFixture;
let writer: FactWriter;
let registry: FakeRegistry;
const open = (overrides?: Partial<PlaneOptions>): Promise<Plane> => fixture.open(overrides);

const allowed = (plane: Plane, permission = 'invoice:read', tenant = ACME): boolean =>
  plane.can(JANE, permission, tenant).allowed;

const applied = (plane: Plane): number => plane.stats().applied;

beforeEach(async () => {
  fixture = await PlaneFixture.start();
  ({ writer, registry } = fixture);
});

afterEach(() => fixture.stop());

test('a new plane reads history over HTTP, page by page, and decides', async () => {
  const plane = await open();
  expect(plane.can(JANE, 'invoice:read', ACME)).toEqual({
    allowed: false,
    reason: 'facts-expired',
    freshness: 'expired',
  });
  await plane.ready();
  expect(plane.can(JANE, 'invoice:read', ACME)).toEqual({
    allowed: true,
    reason: 'granted',
    freshness: 'fresh',
  });
  expect(allowed(plane, 'invoice:write')).toBe(false);
  expect(plane.stats()).toMatchObject({ applied: 6, refused: {} });
  expect(plane.stats().heads[shardName(SHARD)]?.position).toBe(3);
  expect(plane.stats().heads[shardName(PLATFORM_SHARD)]?.position).toBe(3);
});

test('a live fact is applied at once, without asking the registry', async () => {
  const plane = await open();
  await plane.ready();
  const seen: number[] = [];
  plane.on('applied', ({ position }) => seen.push(position));
  registry.down = true;
  const line = writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  fixture.live?.lines(SHARD, [line]);
  expect(allowed(plane, 'invoice:write')).toBe(true);
  expect(seen).toEqual([4]);
});

test('a missed live fact is fetched over HTTP at once', async () => {
  const plane = await open();
  await plane.ready();
  writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  const second = writer.write(ACME, memberDraft(memberId(2), 'joe', []));
  fixture.live?.lines(SHARD, [second]);
  expect(allowed(plane, 'invoice:write')).toBe(false);
  await eventually(() => expect(applied(plane)).toBe(8), SOON);
  expect(allowed(plane, 'invoice:write')).toBe(true);
});

test('a bad live line is refused, told, counted, and does not wedge the shard', async () => {
  const plane = await open();
  await plane.ready();
  const refusals: Refusal[] = [];
  plane.on('refused', (refusal) => refusals.push(refusal));
  const line = writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  fixture.live?.lines(SHARD, [line.replace(/"sig":"..../, '"sig":"AAAA')]);
  expect(allowed(plane, 'invoice:write')).toBe(false);
  await eventually(() => expect(allowed(plane, 'invoice:write')).toBe(true), SOON);
  expect(refusals).toMatchObject([{ code: 'signature-invalid', origin: 'live', shard: SHARD }]);
  expect(plane.stats().refused).toEqual({ 'signature-invalid': 1 });
});

test('a listener that throws does not stop the reader, and its error is not swallowed', async () => {
  const plane = await open();
  await plane.ready();
  const uncaught = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
  plane.on('applied', () => {
    throw new Error('listener');
  });
  fixture.live?.lines(SHARD, [writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']))]);
  expect(allowed(plane, 'invoice:write')).toBe(true);
  expect(uncaught.mock.calls[0]?.[0]).toThrow('listener');
  uncaught.mockRestore();
});

test('when HTTP itself serves an invalid fact, the shard stops there and freshness decays', async () => {
  registry.tamper = (line) =>
    line.startsWith('2 ') ? line.replace(/"sig":"..../, '"sig":"AAAA') : line;
  const plane = await open();
  const refusals: Refusal[] = [];
  plane.on('refused', (refusal) => refusals.push(refusal));
  await eventually(() => expect(refusals).not.toEqual([]), SOON);
  expect(refusals[0]).toMatchObject({ code: 'signature-invalid', origin: 'http' });
  expect(plane.freshness()).toBe('expired');
  expect(plane.stats().heads[shardName(SHARD)]?.position).toBe(1);
});

test('true facts renumbered on the stream heal: the shard is read anew over HTTP', async () => {
  const plane = await open();
  await plane.ready();
  const mine = writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  const other = writer.write(GLOBEX, memberDraft(memberId(3), 'jane', ['viewer']));
  fixture.live?.lines(SHARD, [other.replace(/^5 /, '4 ')]);
  expect(allowed(plane, 'invoice:read', GLOBEX)).toBe(true);
  fixture.live?.lines(SHARD, [mine, other]);
  expect(allowed(plane, 'invoice:write')).toBe(false);
  await eventually(() => expect(allowed(plane, 'invoice:write')).toBe(true), SOON);
  expect(allowed(plane, 'invoice:read', GLOBEX)).toBe(true);
  await plane.close();
  registry.down = true;
  const restarted = await open();
  expect(restarted.stats().heads).toEqual(plane.stats().heads);
});

describe('on disk', () => {
  const journalPath = (): string => join(fixture.directory, 'shards', `${shardName(SHARD)}.facts`);

  test('a restart with everything dead answers from disk, and says that it is stale', async () => {
    const first = await open();
    await first.ready();
    await first.close();
    registry.down = true;
    fixture.clock.nowMs = 7;
    fixture.clock.skewMs += 1_000_000 + 2 * 60_000;
    const plane = await open();
    expect(plane.can(JANE, 'invoice:read', ACME)).toEqual({
      allowed: true,
      reason: 'granted',
      freshness: 'stale',
    });
    fixture.clock.nowMs += 25 * HOUR_MS;
    expect(plane.can(JANE, 'invoice:read', ACME).reason).toBe('facts-expired');
  });

  test('a torn last line is cut off and fetched again', async () => {
    const first = await open();
    await first.ready();
    await first.close();
    appendFileSync(journalPath(), '4 9 {"payload":"torn');
    const plane = await open();
    expect(plane.stats().heads[shardName(SHARD)]?.position).toBe(3);
    const line = writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
    fixture.live?.lines(SHARD, [line]);
    await plane.close();
    registry.down = true;
    const again = await open();
    expect(again.stats()).toMatchObject({ applied: 7, refused: {} });
    expect(again.stats().heads[shardName(SHARD)]?.position).toBe(4);
  });

  test('a journal that somebody changed is not believed', async () => {
    const first = await open();
    await first.ready();
    await first.close();
    const lines = readFileSync(journalPath(), 'utf8').split('\n');
    lines[1] = (lines[1] ?? '').replace(/"sig":"..../, '"sig":"AAAA');
    writeFileSync(journalPath(), lines.join('\n'));
    registry.down = true;
    const plane = await open();
    expect(plane.stats()).toMatchObject({ applied: 4, refused: { 'signature-invalid': 1 } });
    expect(allowed(plane)).toBe(false);
    registry.down = false;
    fixture.live?.connected();
    await eventually(() => expect(allowed(plane)).toBe(true), SOON);
    expect(readFileSync(journalPath(), 'utf8')).not.toContain('"sig":"AAAA');
  });

  test('another root or another log does not take over what lies there', async () => {
    const first = await open();
    await first.ready();
    await first.close();
    registry.down = true;
    const log = 'tenure.example/other';
    const plane = await open({ log, root: formatNoteKey(rootName(log), ROOT.publicKey) });
    expect(plane.stats()).toMatchObject({ applied: 0, keySet: 0 });
    expect(plane.stats().refused).toEqual({ 'note-key-unknown': 1, 'key-unknown': 2 });
  });

  test('a directory has one writer, and a dead one gives it free', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'directory-locked' });
    await first.close();
    const dead = { host: (await import('node:os')).hostname(), pid: 2 ** 22 + 1, token: 'x' };
    writeFileSync(join(fixture.directory, 'lock'), JSON.stringify(dead));
    await expect(open()).resolves.toBeDefined();
  });

  test('a lock of another host holds while it is renewed', async () => {
    const holder = { host: 'elsewhere.example', pid: 1, token: 'x' };
    writeFileSync(join(fixture.directory, 'lock'), JSON.stringify(holder));
    await expect(open()).rejects.toMatchObject({ code: 'directory-locked' });
  });
});

describe('freshness', () => {
  test('falls with monotonic time and rises with the next heartbeat that is reached', async () => {
    const plane = await open();
    await plane.ready();
    expect(plane.freshness()).toBe('fresh');
    registry.down = true;
    for (const [ageMs, level] of [
      [15_001, 'stale'],
      [5 * 60_000 + 1, 'degraded'],
      [24 * HOUR_MS + 1, 'expired'],
    ] as const) {
      fixture.clock.nowMs = 1_000_000 + ageMs;
      expect(plane.freshness()).toBe(level);
    }
    expect(allowed(plane)).toBe(false);
    registry.down = false;
    fixture.live?.connected();
    await eventually(() => expect(plane.freshness()).toBe('fresh'), SOON);
    expect(allowed(plane)).toBe(true);
  });

  test('expired entitlements go on by their policy, with an alarm', async () => {
    const body = { product: 'crm', plan: 'team', limits: { seats: 5 }, until: null };
    const subject = 'entitlement:crm';
    writer.write(ACME, { kind: 'entitlement', subject, op: 'assert', body });
    const plane = await open();
    await plane.ready();
    registry.down = true;
    const changes: FreshnessChange[] = [];
    plane.on('freshness', (change) => changes.push(change));
    fixture.clock.nowMs += 8 * 24 * HOUR_MS;
    expect(plane.entitlement(ACME, 'crm')).toEqual({
      entitled: true,
      reason: 'entitled',
      limits: { seats: 5 },
      plan: 'team',
      freshness: 'expired',
    });
    await eventually(() => expect(changes).toHaveLength(3), SOON);
    expect(changes).toMatchObject([
      { kind: 'membership', from: 'fresh', to: 'expired', alarm: false },
      { kind: 'entitlement', from: 'fresh', to: 'expired', alarm: true },
      { kind: 'api-key', from: 'fresh', to: 'expired', alarm: false },
    ]);
  });

  test('the policy of a kind can be set', async () => {
    const expiry = { membership: { limitMs: HOUR_MS, whenExpired: 'allow' as const } };
    const plane = await open({ expiry });
    await plane.ready();
    fixture.clock.nowMs += 2 * HOUR_MS;
    expect(plane.can(JANE, 'invoice:read', ACME)).toMatchObject({
      allowed: true,
      freshness: 'expired',
    });
  });

  test('a jump of the wall clock (a machine that slept) is stale until the next heartbeat', async () => {
    const plane = await open();
    await plane.ready();
    registry.down = true;
    fixture.clock.skewMs += 60_000;
    await eventually(() => expect(plane.freshness()).toBe('stale'), SOON);
  });
});

test('a root that is no key, or of another log, is refused when the plane is opened', async () => {
  const other = formatNoteKey(rootName('tenure.example/other'), ROOT.publicKey);
  for (const root of ['', 'no key', other]) {
    await expect(openPlane(fixture.options({ root }))).rejects.toMatchObject({
      code: 'key-invalid',
    });
  }
});

test('a wrong token is no answer: the plane stays expired', async () => {
  const plane = await openPlane(fixture.options({ token: 'wrong' }));
  fixture.opened.push(plane);
  await eventually(() => expect(registry.requests).toBeGreaterThan(0), SOON);
  expect(plane.freshness()).toBe('expired');
});
