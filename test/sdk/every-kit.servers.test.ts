import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { quiet } from '../../tools/servers/progress.ts';
import { eventually } from '../support/eventually.ts';
import { mountSmallDisk, type SmallDisk } from '../support/faults/small-disk.ts';
import { startKits, type RunningKits } from './conformance/kits.ts';
import { FakeRegistry, TOKEN } from './support/fake-registry.ts';
import { FactWriter, ISSUER, LOG, memberDraft, signer } from './support/fact-writer.ts';
import { farAhead, forgedState, THIEF } from './support/forged-state.ts';
import { keySetNote, LOG_KEY, NEXT_FACT_KEY, NEXT_LOG_KEY } from './support/log-writer.ts';
import { NEXT_TIME, rangeOf, ROOT_KEY, TIME } from './support/log-writer.ts';
import { writeHistory } from './support/plane-fixture.ts';
import { stateOf } from './support/state-writer.ts';
import type { ServedState } from './support/state-writer.ts';
import { ACME, memberId, SHARD } from './support/tenants.ts';

const BUILD_TIMEOUT_MS = 10 * 60_000;
const DISK_MIB = 4;
/** More than the rest of a page, which a full disk still takes. */
const FACTS = 20;
/** Reading them anew takes longer than telling that one is ready. */
const MANY_FACTS = 300;
/** Over HTTP a plane asks for a heartbeat every 3 s, and three of them deny a snapshot. */
const SOON = { withinMs: 30_000 };

let kits: RunningKits;
let disk: SmallDisk;
let registry: FakeRegistry;
let registryUrl: string;
let writer: FactWriter;
/** Of the kits' directories. */
let place: string;

beforeAll(async () => {
  kits = await startKits(quiet);
}, BUILD_TIMEOUT_MS);
afterAll(() => kits?.end());

beforeEach(async () => {
  place = 'first';
  disk = await mountSmallDisk(DISK_MIB);
  writer = new FactWriter();
  writeHistory(writer);
  registry = new FakeRegistry(writer);
  registryUrl = await registry.listen();
  await open();
  await ready();
});
afterEach(async () => {
  await close();
  await registry.close();
  disk.unmount();
});

async function open(): Promise<void> {
  const given = { registryUrl, token: TOKEN, log: LOG, root: ROOT_KEY, shards: [SHARD] };
  for (const { name, ask } of kits.kits) {
    const directory = join(disk.path, place, name);
    expect(await ask({ op: 'open', ...given, directory })).toEqual({ ok: true });
  }
}

const ready = () =>
  Promise.all(
    kits.kits.map(async ({ ask }) => expect(await ask({ op: 'ready' })).toEqual({ ok: true })),
  );

async function close(): Promise<void> {
  for (const { ask } of kits.kits) await ask({ op: 'close' });
}

const owner = memberDraft(memberId(1), 'jane', ['owner']);
const question = {
  ...{ op: 'can', issuer: ISSUER, sub: 'jane', tenant: ACME },
  permission: 'invoice:write',
};

/** What the first key signed from an index on is void, and another one signs. */
function revokeFrom(voidFrom: number): void {
  const at = writer.facts.length;
  const fact = [rangeOf(signer, { to: at, void: voidFrom }), rangeOf(NEXT_FACT_KEY, { from: at })];
  registry.keySets.push(keySetNote({ version: 2, fact }));
  writer.key = NEXT_FACT_KEY;
}

async function whoIsFresh(): Promise<string[]> {
  const fresh: string[] = [];
  for (const { name, ask } of kits.kits) {
    const { freshness } = (await ask(question)) as { freshness: string };
    if (freshness === 'fresh') fresh.push(name);
  }
  return fresh;
}

const allMayWrite = (allowed: boolean, sub = 'jane') =>
  eventually(async () => {
    for (const { name, ask } of kits.kits) {
      const answer = await ask({ ...question, sub });
      expect({ name, answer }).toMatchObject({ answer: { allowed } });
    }
  }, SOON);

test('what a stolen key signed is taken back, though the disk kept neither it nor the key set', async () => {
  disk.fill();
  const voidFrom = writer.facts.length;
  for (let n = 0; n < FACTS; n += 1) writer.write(ACME, owner);
  await allMayWrite(true);
  revokeFrom(voidFrom);
  await allMayWrite(false);
  for (const { ask } of kits.kits) {
    expect(await ask({ op: 'stats' })).not.toMatchObject({ unwritten: 0 });
  }
});

/** Asked right behind `ready`. */
const allAreFreshOnceReady = (allowed: boolean) =>
  Promise.all(
    kits.kits.map(async ({ name, ask }) => {
      const [, answer] = await Promise.all([ask({ op: 'ready' }), ask(question)]);
      expect({ name, answer }).toMatchObject({ answer: { allowed, freshness: 'fresh' } });
    }),
  );

/** Every kit has asked for lines, and has none yet; then it has them. */
async function allAreFreshByLinesAlone(allowed: boolean): Promise<void> {
  await eventually(() => expect(registry.linesAsked).toBeGreaterThanOrEqual(kits.kits.length));
  expect(await whoIsFresh()).toEqual([]);
  const told = allAreFreshOnceReady(allowed);
  registry.releaseLines();
  await told;
}

test('what is folded anew before the first heartbeat of now is not fresh, whatever the last one said', async () => {
  writer.write(ACME, owner);
  await allMayWrite(true);
  await close();
  revokeFrom(writer.facts.length - 1);
  writer.write(ACME, owner);
  // Everybody asks for newer keys, and has no heartbeat.
  registry.timeKey = NEXT_TIME;
  registry.holdLines();
  await open();
  await allMayWrite(false);
  expect(await whoIsFresh()).toEqual([]);
  // Other shards than the one that is behind reach it.
  registry.timeKey = TIME;
  await allAreFreshByLinesAlone(true);
});

test('what rests on a snapshot with void facts is not fresh before it is read anew', async () => {
  await close();
  writer.write(ACME, owner);
  registry.state = stateOf(writer);
  place = 'on-snapshot';
  await open();
  await ready();
  await allMayWrite(true);
  await close();
  registry.state = undefined;
  revokeFrom(writer.facts.length - 1);
  registry.holdLines();
  await open();
  await allAreFreshByLinesAlone(false);
});

test('what is void is folded no longer when one is ready, however many lines are read for that', async () => {
  registry.pageLines = MANY_FACTS;
  const voidFrom = writer.facts.length;
  for (let n = 0; n < MANY_FACTS; n += 1) writer.write(ACME, owner);
  await allMayWrite(true);
  await close();
  revokeFrom(voidFrom);
  await open();
  await allAreFreshOnceReady(false);
});

test('one that is started again is ready by a heartbeat of now, not by its last that it folds anew', async () => {
  writer.write(ACME, owner);
  await allMayWrite(true);
  await close();
  revokeFrom(writer.facts.length - 1);
  // Some pages of the registry: a plane that is ready early is seen to be behind.
  for (let n = 0; n < FACTS; n += 1) writer.write(ACME, owner);
  await open();
  await allAreFreshOnceReady(true);
});

/** Nothing that a former plane left, and this state to begin with. */
async function openOn(state: ServedState): Promise<void> {
  await close();
  registry.state = state;
  place = 'on-snapshot';
  await open();
}

const isOnDisk = (): string[] =>
  kits.kits
    .map(({ name }) => name)
    .filter((name) => existsSync(join(disk.path, place, name, 'snapshot')));

/** The true state is decided by, and nobody finds the false one any more. */
async function allHaveHealed(): Promise<void> {
  await allMayWrite(false, THIEF);
  await allMayWrite(true);
  await eventually(() => expect(isOnDisk()).toEqual([]));
  await close();
  registry.down = true;
  await open();
  await allMayWrite(false, THIEF);
}

test('a snapshot far ahead of all heartbeats is denied, and forgotten on disk', async () => {
  writer.write(ACME, owner);
  await openOn(forgedState(writer, farAhead(writer)));
  await allMayWrite(true, THIEF);
  await allHaveHealed();
});

test('a snapshot whose log key is revoked is not decided by any more', async () => {
  writer.write(ACME, owner);
  await openOn(forgedState(writer));
  await ready();
  await allMayWrite(true, THIEF);
  const size = writer.facts.length;
  const revoked = rangeOf(LOG_KEY, { to: size, void: 1 });
  const logKeys = [revoked, rangeOf(NEXT_LOG_KEY, { from: size })];
  registry.keySets.push(keySetNote({ version: 2, logKeys }));
  await allHaveHealed();
});

test('lines wait for a snapshot that is on its way, however many heartbeats count them', async () => {
  const answer = Promise.withResolvers<void>();
  registry.stateHeld = answer.promise;
  registry.stateAsked = 0;
  await openOn(stateOf(writer));
  await eventually(() => expect(registry.stateAsked).toBe(kits.kits.length), SOON);
  const asked = registry.heartbeatsAsked;
  await eventually(
    () => expect(registry.heartbeatsAsked).toBeGreaterThan(asked + kits.kits.length),
    SOON,
  );
  answer.resolve();
  await ready();
  for (const { name, ask } of kits.kits) {
    const stats = await ask({ op: 'stats' });
    expect({ name, stats }).toMatchObject({
      stats: { snapshot: writer.facts.length, applied: 0 },
    });
  }
});
