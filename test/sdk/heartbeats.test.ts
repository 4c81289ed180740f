import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { shardName } from '../../facts/crypto/shard.ts';
import { createPlane } from '../../sdk/typescript/plane.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import { createHttpSource } from '../../sdk/typescript/registry-source.ts';
import { ShardChain } from '../../sdk/typescript/shard-chain.ts';
import { ShardSet } from '../../sdk/typescript/shard-set.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import { eventually } from '../support/eventually.ts';
import type { FakeRegistry } from './support/fake-registry.ts';
import { TOKEN } from './support/fake-registry.ts';
import { FactWriter, ISSUER, memberDraft, signer } from './support/fact-writer.ts';
import { headsOf, heartbeatNote, keySetNote, NEXT_FACT_KEY } from './support/log-writer.ts';
import { NEXT_TIME, rangeOf } from './support/log-writer.ts';
import { PlaneFixture, writeHistory } from './support/plane-fixture.ts';
import { ACME, GLOBEX, SHARD, memberId } from './support/tenants.ts';

const JANE = { issuer: ISSUER, sub: 'jane' };
const SOON = { withinMs: 12_000 };
/** Longer than the silence after which a plane asks. */
const QUIET_MS = 3_500;

let fixture: PlaneFixture;
let writer: FactWriter;
let registry: FakeRegistry;

beforeEach(async () => {
  fixture = await PlaneFixture.start();
  ({ writer, registry } = fixture);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await fixture.stop();
});

/** Ready, and with no request under way any more. */
const ready = async (): Promise<Plane> => {
  const plane = await fixture.open();
  await plane.ready();
  let asked = 0;
  await eventually(
    () => {
      const before = asked;
      asked = registry.requests;
      return before === asked;
    },
    { everyMs: 100 },
  );
  return plane;
};
const may = (plane: Plane, permission: string, tenant = ACME): boolean =>
  plane.can(JANE, permission, tenant).allowed;
const beat = (): void => fixture.live?.heartbeat(registry.heartbeat());
const promote = (to: FactWriter): string =>
  to.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
const headOf = (plane: Plane) => plane.stats().heads[shardName(SHARD)];

/** By the registry's key, and never written by the registry. */
const forge = (): string => {
  const thief = new FactWriter();
  writeHistory(thief);
  return promote(thief);
};

/** The fact key is changed at the next index; what it signed from `voidFrom` on is void. */
const rotate = (voidFrom: number | null = null): void => {
  const at = writer.facts.length;
  const fact = [rangeOf(signer, { to: at, void: voidFrom }), rangeOf(NEXT_FACT_KEY, { from: at })];
  registry.keySets.push(keySetNote({ version: 2, fact }));
  writer.key = NEXT_FACT_KEY;
};

test('a heartbeat that comes over HTTP and over the stream is one, and an older one a replay', async () => {
  const plane = await ready();
  const refused: string[] = [];
  plane.on('refused', ({ code }) => refused.push(code));
  const [older, newer] = [registry.heartbeat(), registry.heartbeat()];
  fixture.live?.heartbeat(newer);
  fixture.live?.heartbeat(newer);
  expect(refused).toEqual([]);
  fixture.live?.heartbeat(older);
  expect(refused).toEqual(['heartbeat-replay']);
  await plane.close();
});

describe('silence', () => {
  test('a quiet plane asks nothing while heartbeats arrive, and asks when they stop', async () => {
    const plane = await ready();
    const asked = registry.requests;
    const untilMs = performance.now() + QUIET_MS;
    await eventually(
      () => {
        fixture.clock.nowMs += 100;
        beat();
        return performance.now() > untilMs;
      },
      { everyMs: 100 },
    );
    expect(registry.requests).toBe(asked);
    expect(plane.freshness()).toBe('fresh');
    await eventually(() => expect(registry.requests).toBeGreaterThan(asked), SOON);
  });

  test('without a stream heartbeats come over HTTP, and with them the facts', async () => {
    const plane = await createPlane(fixture.options(), {
      source: createHttpSource(fixture.registryUrl, TOKEN),
      openLive: undefined,
      clock: fixture.clock,
    });
    fixture.opened.push(plane);
    await plane.ready();
    promote(writer);
    await eventually(() => expect(may(plane, 'invoice:write')).toBe(true), SOON);
  });

  test('where there is no heartbeat facts are read once, and nothing is fresh', async () => {
    registry.silent = true;
    const plane = await fixture.open();
    await eventually(() => expect(plane.stats().applied).toBe(6), SOON);
    expect(plane.can(JANE, 'invoice:read', ACME).reason).toBe('facts-expired');
    registry.silent = false;
    fixture.live?.connected();
    await plane.ready();
    expect(may(plane, 'invoice:read')).toBe(true);
  });

  test('while a shard is behind the newest heartbeat, its age grows', async () => {
    const plane = await ready();
    registry.down = true;
    promote(writer);
    fixture.clock.nowMs += 20_000;
    beat();
    expect(plane.freshness()).toBe('stale');
    const [line = ''] = writer.linesOf(ACME).slice(-1);
    fixture.live?.lines(SHARD, [line]);
    expect(plane.freshness()).toBe('fresh');
    expect(headOf(plane)).toMatchObject({ position: 4, covered: 4 });
  });

  test('a line that a heartbeat counts and that does not come is fetched in a second', async () => {
    const plane = await ready();
    const asked = registry.requests;
    promote(writer);
    const startedMs = performance.now();
    beat();
    await eventually(() => expect(registry.requests).toBeGreaterThan(asked), SOON);
    expect(performance.now() - startedMs).toBeGreaterThan(900);
    await eventually(() => expect(may(plane, 'invoice:write')).toBe(true), SOON);
  });

  test('a heartbeat that is old when it arrives makes nothing fresh', async () => {
    registry.overrides = { at: new Date(fixture.clock.wallMs() - 600_000).toISOString() };
    const plane = await ready();
    expect(plane.freshness()).toBe('degraded');
    beat();
    expect(plane.freshness()).toBe('fresh');
  });
});

describe('a fact by a stolen key', () => {
  const threeBeats = (): void => {
    for (let n = 0; n < 3; n += 1) beat();
  };

  test('is taken back when three heartbeats do not count it', async () => {
    const plane = await ready();
    fixture.live?.lines(SHARD, [forge()]);
    expect(may(plane, 'invoice:write')).toBe(true);
    threeBeats();
    expect(plane.stats().refused).toEqual({ 'fact-uncovered': 1 });
    await eventually(() => expect(may(plane, 'invoice:write')).toBe(false), SOON);
    expect(may(plane, 'invoice:read')).toBe(true);
    expect(headOf(plane)).toMatchObject({ position: 3, covered: 3 });
    fixture.live?.lines(SHARD, [promote(writer)]);
    expect(may(plane, 'invoice:write')).toBe(true);
    await plane.close();
    registry.down = true;
    const restarted = await fixture.open();
    expect(headOf(restarted)).toMatchObject({ position: 4, covered: 3 });
  });

  test('without that rule it stays', async () => {
    const plane = await ready();
    jest.spyOn(ShardChain.prototype, 'findUncovered').mockReturnValue(false);
    fixture.live?.lines(SHARD, [forge()]);
    threeBeats();
    threeBeats();
    const asked = registry.requests;
    await eventually(() => expect(registry.requests).toBeGreaterThan(asked), SOON);
    expect(may(plane, 'invoice:write')).toBe(true);
  });

  test('is taken back at once when the registry wrote another one there', async () => {
    const plane = await ready();
    fixture.live?.lines(SHARD, [forge()]);
    writer.write(GLOBEX, memberDraft(memberId(9), 'joe', []));
    beat();
    expect(plane.stats().refused).toEqual({ 'shard-fork': 1 });
    await eventually(() => expect(may(plane, 'invoice:write')).toBe(false), SOON);
    expect(headOf(plane)).toMatchObject({ position: 4, covered: 4 });
  });
});

describe('keys', () => {
  test('are learned from the pinned root, and are there after a restart without it', async () => {
    rotate();
    promote(writer);
    const plane = await ready();
    expect(plane.stats()).toMatchObject({ keySet: 2, refused: {} });
    await plane.close();
    registry.down = true;
    const restarted = await fixture.open();
    expect(restarted.stats()).toMatchObject({ keySet: 2, applied: 7, refused: {} });
    expect(may(restarted, 'invoice:write')).toBe(true);
  });

  test('that were changed are learned from the heartbeat that names them', async () => {
    const plane = await ready();
    rotate();
    beat();
    await eventually(() => expect(plane.stats().keySet).toBe(2), SOON);
    fixture.live?.lines(SHARD, [promote(writer)]);
    expect(may(plane, 'invoice:write')).toBe(true);
    expect(plane.stats().refused).toEqual({});
  });

  test('that a heartbeat names which comes twice, while they are asked for, leave no replay', async () => {
    const plane = await ready();
    rotate();
    const note = registry.heartbeat();
    fixture.live?.heartbeat(note);
    fixture.live?.heartbeat(note);
    await eventually(() => expect(plane.stats().keySet).toBe(2), SOON);
    expect(plane.stats().refused).toEqual({});
  });

  test('are learned from the first fact that they sign, if it is before any heartbeat', async () => {
    const plane = await ready();
    rotate();
    fixture.clock.nowMs += 1_000;
    fixture.live?.lines(SHARD, [promote(writer)]);
    await eventually(() => expect(may(plane, 'invoice:write')).toBe(true), SOON);
    expect(plane.stats()).toMatchObject({ keySet: 2, refused: { 'key-unknown': 1 } });
  });

  test('that are named and not to be had hold live lines back', async () => {
    const plane = await ready();
    rotate();
    registry.down = true;
    const asked = registry.requests;
    beat();
    fixture.live?.lines(SHARD, [promote(writer)]);
    await eventually(() => expect(registry.requests).toBeGreaterThan(asked), SOON);
    expect(may(plane, 'invoice:write')).toBe(false);
    registry.down = false;
    await eventually(() => {
      beat();
      expect(may(plane, 'invoice:write')).toBe(true);
    }, SOON);
    expect(plane.stats().refused).toEqual({});
  });

  test('that anybody names hold nothing back, and are asked for once a second', async () => {
    const plane = await ready();
    fixture.clock.nowMs += 2_000;
    const asked = registry.requests;
    const at = new Date(fixture.clock.wallMs()).toISOString();
    const unknown = Buffer.from(heartbeatNote({ at }, NEXT_TIME));
    for (let n = 0; n < 20; n += 1) fixture.live?.heartbeat(unknown);
    fixture.live?.lines(SHARD, [promote(writer)]);
    expect(may(plane, 'invoice:write')).toBe(true);
    await eventually(() => {
      expect(plane.stats().refused).toEqual({ 'note-key-unknown': 20 });
    }, SOON);
    expect(registry.requests).toBe(asked + 1);
  });

  test('that are closed sign no live line any more', async () => {
    const plane = await ready();
    rotate();
    beat();
    await eventually(() => expect(plane.stats().keySet).toBe(2), SOON);
    fixture.live?.lines(SHARD, [forge()]);
    expect(may(plane, 'invoice:write')).toBe(false);
    expect(plane.stats().refused).toEqual({ 'key-range': 1 });
  });
});

describe('facts that become void', () => {
  /** From index 6 on: Jane's new role, and a role of the platform's that may do everything. */
  const compromised = async (): Promise<Plane> => {
    promote(writer);
    const body = { scope: 'tenant' as const, permissions: ['*'] };
    writer.write(PLATFORM_TENANT, { kind: 'role', subject: 'role:viewer', op: 'assert', body });
    const plane = await ready();
    expect(may(plane, 'invoice:write')).toBe(true);
    rotate(6);
    // What is void is folded anew from what is here: HTTP is of no help.
    registry.tamper = () => 'garbage';
    const note = registry.heartbeat();
    fixture.live?.heartbeat(note);
    // It is taken a moment after its keys; a restart in between refuses the one that was kept.
    const kept = join(fixture.directory, 'heartbeat.note');
    await eventually(() => readFileSync(kept).equals(note), SOON);
    expect(plane.stats().keySet).toBe(2);
    return plane;
  };

  test('stay in the chains, and decide nothing any more', async () => {
    const plane = await compromised();
    const before = headOf(plane);
    await eventually(() => expect(may(plane, 'invoice:write')).toBe(false), SOON);
    expect(may(plane, 'invoice:read')).toBe(true);
    expect(headOf(plane)).toEqual(before);
    expect(plane.stats().refused).toEqual({});
    await plane.close();
    const restarted = await fixture.open();
    expect(may(restarted, 'invoice:write')).toBe(false);
    expect(headOf(restarted)).toEqual(before);
  });

  test('would go on deciding if they were not folded anew', async () => {
    jest.spyOn(ShardSet.prototype, 'foldAnew').mockResolvedValue();
    const plane = await compromised();
    beat();
    expect(may(plane, 'invoice:write')).toBe(true);
  });
});

describe('a plane that is started again', () => {
  const rolledBack = async (forget: () => void): Promise<Plane> => {
    const first = await ready();
    await first.close();
    forget();
    registry.overrides = { heads: headsOf() };
    fixture.clock.nowMs += 1_000;
    return fixture.open();
  };

  test('takes no heartbeat that says less than the last', async () => {
    const plane = await rolledBack(() => undefined);
    await eventually(() => {
      expect(plane.stats().refused).toEqual({ 'heartbeat-rollback': 1 });
    }, SOON);
    expect(plane.freshness()).toBe('stale');
  });

  test('would take it if it had not kept the last', async () => {
    const plane = await rolledBack(() => rmSync(join(fixture.directory, 'heartbeat.note')));
    await plane.ready();
    expect(plane.stats().refused).toEqual({});
    expect(plane.freshness()).toBe('fresh');
  });

  test('is ready by a heartbeat of now, and not by its last one that it folds anew', async () => {
    promote(writer);
    const first = await ready();
    await first.close();
    rotate(6);
    promote(writer);
    fixture.clock.nowMs += 20_000;
    const plane = await fixture.open();
    expect(plane.freshness()).toBe('stale');
    await plane.ready();
    expect(plane.freshness()).toBe('fresh');
    expect(may(plane, 'invoice:write')).toBe(true);
  });

  test('knows from the last heartbeat what of its disk was covered', async () => {
    const first = await ready();
    fixture.live?.lines(SHARD, [promote(writer)]);
    beat();
    fixture.live?.lines(SHARD, [promote(writer)]);
    await first.close();
    registry.down = true;
    expect(headOf(await fixture.open())).toMatchObject({ position: 5, covered: 4 });
  });
});
