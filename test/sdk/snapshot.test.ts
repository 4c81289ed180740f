import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { utf8 } from '../../facts/core/bytes.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { leafHash } from '../../facts/crypto/hash.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import type { Heartbeat } from '../../facts/log/heartbeat.ts';
import { factKey } from '../../facts/log/state/keys.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import type { PlaneStats, Refusal, SnapshotTaken } from '../../sdk/typescript/types.ts';
import { eventually } from '../support/eventually.ts';
import type { FakeRegistry } from './support/fake-registry.ts';
import { ISSUER, memberDraft, signer, tenantDraft } from './support/fact-writer.ts';
import type { FactWriter } from './support/fact-writer.ts';
import { keySetNote, NEXT_FACT_KEY, rangeOf } from './support/log-writer.ts';
import { PlaneFixture } from './support/plane-fixture.ts';
import { stateOf } from './support/state-writer.ts';
import { ACME, GLOBEX, OUTSIDER, PLATFORM_SHARD, SHARD, memberId } from './support/tenants.ts';

const JANE = { issuer: ISSUER, sub: 'jane' };
const SOON = { withinMs: 4_000 };

let fixture: PlaneFixture;
let writer: FactWriter;
let registry: FakeRegistry;
const snapshotPath = (): string => join(fixture.directory, 'snapshot');
const allowed = (plane: Plane, permission = 'invoice:read', tenant = ACME): boolean =>
  plane.can(JANE, permission, tenant).allowed;
const positionOf = (plane: Plane, shard: number): number =>
  plane.stats().heads[shardName(shard)]?.position ?? 0;

/** A plane that took the snapshot of six facts and no line. */
const openResting = async (): Promise<Plane> => {
  registry.state = stateOf(writer);
  const plane = await fixture.open();
  await plane.ready();
  expect(plane.stats()).toMatchObject({ snapshot: 6, applied: 0, refused: {} });
  return plane;
};

beforeEach(async () => {
  fixture = await PlaneFixture.start();
  ({ writer, registry } = fixture);
});

afterEach(() => fixture.stop());

test('a plane with nothing on disk begins with the snapshot, and follows from there', async () => {
  registry.state = stateOf(writer);
  const taken: SnapshotTaken[] = [];
  const plane = await fixture.open();
  plane.on('snapshot', (one) => taken.push(one));
  await plane.ready();
  expect(allowed(plane)).toBe(true);
  expect(taken).toEqual([{ size: 6, shards: [SHARD, PLATFORM_SHARD].toSorted((a, b) => a - b) }]);
  expect(plane.stats()).toMatchObject({ snapshot: 6, applied: 0 });
  const line = writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  fixture.live?.lines(SHARD, [line]);
  expect(allowed(plane, 'invoice:write')).toBe(true);
  expect(positionOf(plane, SHARD)).toBe(4);
});

/** Long enough for lines to be asked for, answered and applied. */
const roundTrips = async (): Promise<void> => {
  for (let n = 0; n < 10; n += 1) await fetch(new URL('v1/log/heartbeat', fixture.registryUrl));
};

test.each<[string, () => Partial<Heartbeat>]>([
  ['newer heartbeats', () => ({})],
  ['the same heartbeat again', () => ({ at: new Date(fixture.clock.wallMs()).toISOString() })],
])('lines wait for a snapshot that is on its way, though %s count them', async (_, beat) => {
  registry.state = stateOf(writer);
  registry.overrides = beat();
  const answer = Promise.withResolvers<void>();
  registry.stateHeld = answer.promise;
  const plane = await fixture.open();
  await eventually(() => expect(registry.stateAsked).toBe(1), SOON);
  fixture.live?.connected();
  await roundTrips();
  answer.resolve();
  await plane.ready();
  expect(plane.stats()).toMatchObject({ snapshot: 6, applied: 0 });
});

test('the state after a snapshot and lines is that of a replay', async () => {
  registry.state = stateOf(writer);
  writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  const plane = await fixture.open();
  await plane.ready();
  registry.state = undefined;
  const other = await PlaneFixture.start();
  other.writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  const replayed = await other.open();
  await replayed.ready();
  const chainOf = ({ heads }: PlaneStats) =>
    Object.entries(heads).map(([shard, { position, hash, covered }]) => {
      return { shard, position, hash, covered };
    });
  expect(chainOf(plane.stats())).toEqual(chainOf(replayed.stats()));
  expect(plane.can(JANE, 'invoice:write', ACME)).toEqual(replayed.can(JANE, 'invoice:write', ACME));
  await other.stop();
});

test('who wants all of history is told every fact, whatever snapshots there are', async () => {
  const first = await openResting();
  await first.close();
  const seen: number[] = [];
  const plane = await fixture.open({ snapshots: false });
  plane.on('applied', ({ index }) => seen.push(index));
  await plane.ready();
  expect(seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(plane.stats()).toMatchObject({ snapshot: 0, applied: 6, refused: {} });
});

test('nodes are fetched where the plane follows, and nowhere else', async () => {
  for (let n = 2; n < 300; n += 1) writer.write(OUTSIDER, memberDraft(memberId(n), `s${n}`, []));
  registry.state = stateOf(writer);
  const plane = await fixture.open();
  await plane.ready();
  expect(allowed(plane)).toBe(true);
  expect(registry.nodesAsked.length).toBeLessThan(registry.state.nodes.size);
});

test('a tenant of many facts is put together from its own tree', async () => {
  for (let n = 2; n < 600; n += 1) writer.write(ACME, memberDraft(memberId(n), `s${n}`, ['owner']));
  registry.state = stateOf(writer);
  const plane = await fixture.open();
  await plane.ready();
  expect(plane.stats().applied).toBe(0);
  expect(plane.can({ issuer: ISSUER, sub: 's599' }, 'invoice:write', ACME).allowed).toBe(true);
});

test('compressed nodes are the same nodes', async () => {
  registry.state = stateOf(writer);
  for (const [name, node] of registry.state.nodes) registry.state.nodes.set(name, gzipSync(node));
  const plane = await fixture.open();
  await plane.ready();
  expect(plane.stats()).toMatchObject({ snapshot: 6, applied: 0 });
  expect(allowed(plane)).toBe(true);
});

describe('lines are read instead, and nothing of it is kept, of a snapshot', () => {
  test.each<[string, string, () => void]>([
    ['with another node', 'state-hash-mismatch', () => tamperNodes((node) => flipLast(node))],
    ['with a cut node', 'state-node-malformed', () => tamperNodes((node) => node.slice(0, -1))],
    ['signed by another key', 'note-signature-invalid', () => replaceNote(/\n6\n/, '\n5\n')],
  ])('%s', async (_, code, break_) => {
    registry.state = stateOf(writer);
    break_();
    const refusals: Refusal[] = [];
    const plane = await fixture.open();
    plane.on('refused', (refusal) => refusals.push(refusal));
    await plane.ready();
    expect(refusals).toMatchObject([{ code, origin: 'http', shard: null }]);
    expect(plane.stats()).toMatchObject({ snapshot: 0, applied: 6 });
    expect(allowed(plane)).toBe(true);
    expect(existsSync(snapshotPath())).toBe(false);
  });
  test('without a node', async () => {
    registry.state = stateOf(writer);
    registry.state.nodes.clear();
    const plane = await fixture.open();
    await plane.ready();
    expect(plane.stats()).toMatchObject({ snapshot: 0, applied: 6, refused: {} });
  });

  const flipLast = (node: Uint8Array): Uint8Array => {
    const changed = Uint8Array.from(node);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    return changed;
  };
  const tamperNodes = (change: (node: Uint8Array) => Uint8Array): void => {
    for (const [name, node] of registry.state?.nodes ?? []) {
      registry.state?.nodes.set(name, change(node));
    }
  };
  const replaceNote = (pattern: RegExp, by: string): void => {
    if (registry.state !== undefined) {
      registry.state.note = registry.state.note.replace(pattern, by);
    }
  };
});

describe('on disk', () => {
  test('a restart with everything dead answers from the snapshot and the lines above it', async () => {
    const first = await openResting();
    const line = writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
    fixture.live?.lines(SHARD, [line]);
    await first.close();
    registry.down = true;
    const plane = await fixture.open();
    expect(plane.stats()).toMatchObject({ snapshot: 6, applied: 1, refused: {} });
    expect(plane.stats().heads).toEqual(first.stats().heads);
    expect(allowed(plane, 'invoice:write')).toBe(true);
  });

  test.each<[string, () => void]>([
    ['is cut', () => truncateSync(snapshotPath(), readFileSync(snapshotPath()).length - 9)],
    ['is empty', () => writeFileSync(snapshotPath(), '')],
    ['has other bytes', () => writeFileSync(snapshotPath(), flipped(readFileSync(snapshotPath())))],
    ['claims a length beyond its end', () => writeFileSync(snapshotPath(), '\u007fxxxyyyy')],
  ])('a snapshot that %s counts for nothing, and all is learned again', async (_, damage) => {
    const first = await openResting();
    fixture.live?.lines(SHARD, [writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']))]);
    await first.close();
    damage();
    const plane = await fixture.open();
    expect(plane.can(JANE, 'invoice:write', ACME).allowed).toBe(false);
    await plane.ready();
    await eventually(() => expect(allowed(plane, 'invoice:write')).toBe(true), SOON);
    expect(positionOf(plane, SHARD)).toBe(4);
  });

  test('what is torn behind the snapshot is fetched again', async () => {
    const first = await openResting();
    await first.close();
    writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
    appendFileSync(join(fixture.directory, 'shards', `${shardName(SHARD)}.facts`), '4 6 {"pay');
    const plane = await fixture.open();
    await plane.ready();
    expect(allowed(plane, 'invoice:write')).toBe(true);
  });

  const flipped = (bytes: Buffer): Buffer => {
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    return bytes;
  };
});

test('far behind by a heartbeat, a plane takes a snapshot instead of the lines', async () => {
  const plane = await fixture.open();
  await plane.ready();
  expect(plane.stats().snapshot).toBe(0);
  for (let n = 2; n < 40; n += 1) writer.write(ACME, memberDraft(memberId(n), `s${n}`, ['owner']));
  registry.state = stateOf(writer);
  fixture.clock.nowMs += 61_000;
  const counted = { count: 20_100, hash: new Uint8Array(32).fill(1) };
  const heads = Array.from({ length: 256 }, () => ({ count: 0, hash: new Uint8Array(32) }));
  heads[SHARD] = counted;
  heads[PLATFORM_SHARD] = { count: 3, hash: Buffer.from(platformHash(plane), 'hex') };
  fixture.live?.heartbeat(registry.heartbeat({ heads }));
  await eventually(() => expect(plane.stats().snapshot).toBe(writer.facts.length), SOON);
  expect(plane.can({ issuer: ISSUER, sub: 's39' }, 'invoice:write', ACME).allowed).toBe(true);
  expect(plane.stats().applied).toBeLessThan(41);
});

const platformHash = (plane: Plane): string =>
  plane.stats().heads[shardName(PLATFORM_SHARD)]?.hash ?? '';

test('a void below the snapshot is not decided by: the lines are read from the first', async () => {
  writer.key = NEXT_FACT_KEY;
  const thief = memberDraft(memberId(9), 'thief', ['owner']);
  const facts = [rangeOf(signer, { to: 6 }), rangeOf(NEXT_FACT_KEY, { from: 6 })];
  registry.keySets = [keySetNote({ fact: facts })];
  writer.write(ACME, thief);
  registry.state = stateOf(writer);
  const plane = await fixture.open();
  await plane.ready();
  const may = (): boolean => plane.can({ issuer: ISSUER, sub: 'thief' }, 'a:b', ACME).allowed;
  expect([plane.stats().snapshot, may()]).toEqual([7, true]);
  const [, stolen = rangeOf(NEXT_FACT_KEY)] = facts;
  const voided = [facts[0] ?? stolen, { ...stolen, void: 6 }];
  registry.keySets.push(keySetNote({ version: 2, fact: voided }));
  fixture.live?.heartbeat(registry.heartbeat());
  await eventually(() => expect(may()).toBe(false), { withinMs: 8_000 });
  expect(allowed(plane)).toBe(true);
  expect(positionOf(plane, SHARD)).toBe(4);
});

test('a block that a registry should not have signed makes its tenant unknown, and is told', async () => {
  const [stated] = writer.facts.filter(({ tenant }) => tenant === GLOBEX);
  if (stated === undefined) throw new Error('no tenant fact');
  const { kind, subject, seq, body } = stated;
  const payload = utf8(JSON.stringify({ ...stated, body: { ...body, demo: 'no' } }));
  const facts = [{ key: factKey(kind, subject), payload }];
  const change = { tenant: GLOBEX, seq, head: leafHash(encodePayload(stated)), facts };
  registry.state = stateOf(writer, {}, [change]);
  const refusals: Refusal[] = [];
  const plane = await fixture.open();
  plane.on('refused', (refusal) => refusals.push(refusal));
  await plane.ready();
  expect(plane.can(JANE, 'invoice:read', GLOBEX).reason).toBe('tenant-unknown');
  expect(refusals).toMatchObject([{ code: 'body-invalid', shard: SHARD, origin: 'http' }]);
  const line = writer.write(GLOBEX, tenantDraft(GLOBEX, 'trial'));
  fixture.live?.lines(SHARD, [line]);
  expect(positionOf(plane, SHARD)).toBe(4);
  expect(plane.can(JANE, 'invoice:read', GLOBEX).reason).toBe('tenant-unknown');
  expect(allowed(plane)).toBe(true);
});
