import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { StateNote } from '../../facts/log/state/note.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import type { SnapshotTaken } from '../../sdk/typescript/types.ts';
import { eventually } from '../support/eventually.ts';
import type { FakeRegistry } from './support/fake-registry.ts';
import { ISSUER } from './support/fact-writer.ts';
import type { FactWriter } from './support/fact-writer.ts';
import { farAhead, forgedState, headsWith, THIEF } from './support/forged-state.ts';
import { headOfLines, keySetNote, LOG_KEY, NEXT_LOG_KEY } from './support/log-writer.ts';
import { rangeOf } from './support/log-writer.ts';
import { PlaneFixture } from './support/plane-fixture.ts';
import { ACME, SHARD } from './support/tenants.ts';

const JANE = { issuer: ISSUER, sub: 'jane' };
const SOON = { withinMs: 8_000 };

let fixture: PlaneFixture;
let writer: FactWriter;
let registry: FakeRegistry;

const may = (plane: Plane): boolean =>
  plane.can({ issuer: ISSUER, sub: THIEF }, 'invoice:write', ACME).allowed;
const snapshotPath = (): string => join(fixture.directory, 'snapshot');

/** Heartbeats as time goes by. */
const beats = (times: number): void => {
  for (let at = 0; at < times; at += 1) {
    fixture.clock.nowMs += 2_000;
    fixture.live?.heartbeat(registry.heartbeat());
  }
};

beforeEach(async () => {
  fixture = await PlaneFixture.start();
  ({ writer, registry } = fixture);
});

afterEach(() => fixture.stop());

const otherHistory = (): Partial<StateNote> => {
  const { count } = headOfLines(writer.shards.get(SHARD) ?? []);
  return { heads: headsWith(writer, { count, hash: new Uint8Array(32).fill(7) }) };
};

test.each<[string, string, () => Partial<StateNote>]>([
  ['far ahead of all heartbeats', 'fact-uncovered', () => farAhead(writer)],
  ['with another history', 'shard-fork', otherHistory],
])('a snapshot %s is told, denied, and forgotten on disk', async (_, code, overrides) => {
  registry.state = forgedState(writer, overrides());
  const plane = await fixture.open();
  const taken: SnapshotTaken[] = [];
  plane.on('snapshot', (one) => taken.push(one));
  await eventually(() => expect(taken).toHaveLength(1), SOON);
  await eventually(() => {
    beats(1);
    expect(may(plane)).toBe(false);
  }, SOON);
  await eventually(() => expect(existsSync(snapshotPath())).toBe(false), SOON);
  expect(plane.stats().refused[code as 'shard-fork']).toBeGreaterThan(0);
  expect(plane.can(JANE, 'invoice:read', ACME).allowed).toBe(true);
  beats(40);
  expect(taken).toHaveLength(1);
  await plane.close();
  const again = await fixture.open();
  expect(may(again)).toBe(false);
  registry.state = undefined;
  await again.ready();
  expect(may(again)).toBe(false);
});

test('when the log key that signed it is revoked, a snapshot is not decided by any more', async () => {
  registry.state = forgedState(writer);
  const plane = await fixture.open();
  await plane.ready();
  expect([may(plane), plane.stats().applied]).toEqual([true, 0]);
  const size = writer.facts.length;
  registry.keySets.push(
    keySetNote({
      version: 2,
      logKeys: [rangeOf(LOG_KEY, { to: size, void: 1 }), rangeOf(NEXT_LOG_KEY, { from: size })],
    }),
  );
  beats(1);
  await eventually(() => {
    beats(1);
    expect(may(plane)).toBe(false);
  }, SOON);
  expect(plane.can(JANE, 'invoice:read', ACME).allowed).toBe(true);
  expect(existsSync(snapshotPath())).toBe(false);
});
