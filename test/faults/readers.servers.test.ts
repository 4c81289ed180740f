import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DiscardPolicy, StorageType } from 'nats';
import { STREAM, SUBJECT_PREFIX } from '../../adapters/nats/stream.ts';
import type { FactDraft } from '../../facts/core/types.ts';
import { createPlane, type Plane } from '../../sdk/typescript/plane.ts';
import { createHttpSource } from '../../sdk/typescript/registry-source.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { Chance } from '../sdk/conformance/chance.ts';
import { startKits, type Kit, type RunningKits } from '../sdk/conformance/kits.ts';
import { liar } from '../sdk/conformance/liar.ts';
import { FactWriter } from '../sdk/support/fact-writer.ts';
import { eventually } from '../support/eventually.ts';
import { CachedStream, cutNewestBlock } from '../support/faults/cached-stream.ts';
import { healedWithinMs } from '../support/faults/healing.ts';
import { KitPlanes } from '../support/faults/kit-planes.ts';
import { startLinkedStack, type LinkedStack } from '../support/faults/linked-stack.ts';
import { readPositions } from '../support/faults/log-truth.ts';
import { reached, requestTenant } from '../support/faults/provisioned.ts';
import { mountSmallDisk, type SmallDisk } from '../support/faults/small-disk.ts';
import { setWallClock, type WallClock } from '../support/faults/wall-clock.ts';
import { writeFacts, type FactsOfTenant } from '../support/faults/written-facts.ts';
import { writeHistory } from '../sdk/support/plane-fixture.ts';

const SETUP_WITHIN_MS = 400_000;
/** The publisher looks at its stream every 10 s. */
const NOTICED_WITHIN_MS = 30_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
const FRESH_MS = 15_000;
const DISK_MIB = 32;
const ISSUER = 'https://id.example';
const ROLE = 'org-owner';
/**
 * At the load of DESIGN 8, 250 commits a second of 4 facts, a day has 86,400,000 facts, which no
 * CI machine signs. These are many pages of several shards; the time grows with their number.
 */
const MISSED_TENANTS = 20;
const MISSED_PER_TENANT = 50;

let disk: SmallDisk;
let registryClock: WallClock;
let planesClock: WallClock;
let stack: LinkedStack;
let kits: RunningKits;
let planes: KitPlanes;
let stream: CachedStream;

/*
 * A plane of each kit on the registry's own servers, and faults of these, of the planes' disk and
 * of clocks. Whatever happened: sagas end, planes decide, and each of them is at last as the
 * registry says and was never anything that it has not signed (DESIGN 9, I5).
 */
beforeAll(async () => {
  [registryClock, planesClock] = [await setWallClock(), await setWallClock()];
  disk = await mountSmallDisk(DISK_MIB);
  stack = await startLinkedStack({ environment: registryClock.environment });
  kits = await startKits(quiet, planesClock.environment);
  planes = new KitPlanes(kits.kits, stack.reader, disk.path);
  await planes.open();
  await planes.ready();
  await change();
  stream = await CachedStream.open(stack.nats.url);
}, SETUP_WITHIN_MS);

afterAll(async () => {
  await stream?.connection.close();
  await planes?.close();
  await kits?.end();
  await stack?.stop();
  disk?.unmount();
  registryClock?.close();
  planesClock?.close();
}, SETUP_WITHIN_MS);

/** A saga that makes facts; it ends whatever the fault. */
async function change(): Promise<string> {
  const saga = await requestTenant(stack);
  expect((await reached(stack, saga, 'done')).state).toBe('done');
  return saga.tenant;
}

const equal = () => planes.expectEqual(stack.admin);

const reopenPlanes = async (during: () => void = () => undefined): Promise<void> => {
  await planes.close();
  during();
  await planes.open();
};

const cutPlanes = () =>
  Promise.all([stack.links['plane->registry'].cut(), stack.links['plane->nats'].cut()]);
const mendPlanes = () =>
  Promise.all([stack.links['plane->registry'].mend(), stack.links['plane->nats'].mend()]);

const streamIsWhole = (withinMs = NOTICED_WITHIN_MS) =>
  eventually(
    async () => {
      const wanted = await readPositions(stack.admin);
      expect(await stream.positions(Object.keys(wanted))).toEqual(wanted);
    },
    { withinMs, everyMs: 100, what: 'the stream has all facts' },
  );

const isTold = (...words: string[]) =>
  eventually(
    () => {
      for (const word of words) expect(stack.sequencer.logTail()).toContain(word);
    },
    { withinMs: NOTICED_WITHIN_MS, everyMs: 100, what: 'the sequencer says why' },
  );

describe('what each fault is followed by', () => {
  const departed = (lie: (heads: Record<string, { hash: string }>) => void): KitPlanes => {
    const [honest] = kits.kits as [Kit];
    const lying = liar(honest, (answer) => {
      const stats = structuredClone(answer) as { heads?: Record<string, { hash: string }> };
      if (stats.heads !== undefined) lie(stats.heads);
      return stats;
    });
    return new KitPlanes([lying], stack.reader, disk.path);
  };

  test('finds a plane that lacks a fact, and one that once applied what nobody signed', async () => {
    await equal();
    const lacking = departed((heads) => delete heads[Object.keys(heads)[0] as string]);
    await expect(lacking.expectEqual(stack.admin, 0)).rejects.toThrow('where the registry is');
    let once = true;
    const forged = departed((heads) => {
      const [head] = Object.values(heads);
      if (once && head !== undefined) head.hash = '00'.repeat(32);
      once = false;
    });
    await forged.stats();
    await expect(forged.expectEqual(stack.admin)).rejects.toThrow('00000000');
  });
});

describe('with the stream', () => {
  const shards = async () => Object.keys(await readPositions(stack.admin));

  test('killed, and its last blocks cut: it is filled again, and forgeries in it change nothing', async () => {
    const named = await shards();
    await streamIsWhole();
    for (const shard of named) await stream.forge(shard);
    await stack.links['sequencer->nats'].cut();
    await stream.connection.close();
    await stack.nats.kill('SIGKILL');
    cutNewestBlock(join(stack.folder, 'nats'));
    await change();
    await stack.nats.restart();
    stream = await CachedStream.open(stack.nats.url);
    // The control: something was lost that was acknowledged.
    expect(await stream.positions(named)).not.toMatchObject(await readPositions(stack.admin));
    await stack.links['sequencer->nats'].mend();
    await equal();
    await streamIsWhole();
    for (const { refused } of await planes.stats()) expect(Object.keys(refused)).not.toEqual([]);
  });

  test('deleted: it is made again and filled', async () => {
    await stream.manager.streams.delete(STREAM);
    await change();
    await equal();
    await streamIsWhole();
  });

  test('full: sagas and planes go on, and it is filled once there is room', async () => {
    const { config, state } = await stream.manager.streams.info(STREAM);
    const full = { max_bytes: state.bytes, discard: DiscardPolicy.New };
    await stream.manager.streams.update(STREAM, { ...config, ...full });
    await change();
    await isTold('took no facts', `max_bytes is ${state.bytes}, not -1`);
    await equal();
    await stream.manager.streams.update(STREAM, config);
    await streamIsWhole();
    await equal();
  });
});

describe('with the planes’ disk', () => {
  const journals = () =>
    kits.kits.flatMap((kit) => {
      const folder = join(planes.directoryOf(kit), 'shards');
      return readdirSync(folder).map((name) => join(folder, name));
    });

  const allSayUnwritten = () =>
    eventually(async () => {
      for (const { unwritten } of await planes.stats()) expect(unwritten).toBeGreaterThan(0);
    });

  test('full: they decide on from memory, say so, and are whole after a restart', async () => {
    disk.fill();
    await change();
    await equal();
    await allSayUnwritten();
    disk.free();
    await reopenPlanes();
    await planes.ready();
    await equal();
  });

  /** Two faults at a time, since the first takes 10 s to be noticed. */
  test('read-only, and a stream that somebody made anew: both are told, neither is needed', async () => {
    const foreign = { storage: StorageType.Memory, max_msgs: 2 };
    await stream.manager.streams.delete(STREAM);
    await stream.manager.streams.add({
      name: STREAM,
      subjects: [`${SUBJECT_PREFIX}*`],
      ...foreign,
    });
    disk.protect();
    try {
      await change();
      await equal();
      await allSayUnwritten();
      await isTold('max_msgs is 2, not -1', 'storage is \\"memory\\", not \\"file\\"', 'delete it');
    } finally {
      disk.unprotect();
    }
    const { config } = await stream.manager.streams.info(STREAM);
    expect(config).toMatchObject(foreign);
    await stream.manager.streams.delete(STREAM);
    await change();
    await reopenPlanes();
    await planes.ready();
    await equal();
    await streamIsWhole();
  });

  const filesOf = (kit: Kit): string[] =>
    readdirSync(planes.directoryOf(kit), { recursive: true, encoding: 'utf8' })
      .map((name) => join(planes.directoryOf(kit), name))
      .filter((path) => statSync(path).isFile() && !path.endsWith('lock'));

  test('every file cut at a random byte: what is lost is fetched again', async () => {
    const seed = Math.trunc(Math.random() * 2 ** 32);
    const chance = new Chance(seed);
    const cut = () => {
      for (const path of kits.kits.flatMap(filesOf)) {
        truncateSync(path, chance.below(statSync(path).size + 1));
      }
    };
    try {
      await reopenPlanes(cut);
      await planes.ready();
      await equal();
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  });

  test('files of another log, of another shard and of garbage: nothing of them is believed', async () => {
    const strange = new FactWriter();
    writeHistory(strange);
    const foreign = [...strange.shards.values()].flat().join('\n');
    const contents = [Buffer.from(`${foreign}\n`), randomBytes(5_000), Buffer.from('\n\xff\n'), ''];
    await cutPlanes();
    await reopenPlanes(() => {
      const found = journals();
      for (const [at, path] of found.entries()) {
        const content = contents[at % (contents.length + 1)];
        // The last of the round changes places with the one before, which is empty now.
        if (content !== undefined) writeFileSync(path, content);
        else renameSync(path, found[at - 1] as string);
      }
    });
    for (const { refused } of await planes.stats()) {
      expect(refused).toMatchObject({ 'line-malformed': expect.any(Number) });
    }
    await planes.expectOnlySigned(stack.admin);
    await mendPlanes();
    await planes.ready();
    await equal();
  });
});

const person = (n: number): FactDraft => ({
  kind: 'membership',
  subject: `member:${randomUUID()}`,
  op: 'assert',
  body: { state: 'active', identity: { issuer: ISSUER, sub: `person-${n}` }, roles: [ROLE] },
});

const tenantFact = (tenant: string): FactDraft => ({
  kind: 'tenant',
  subject: `tenant:${tenant}`,
  op: 'assert',
  body: { slug: 'written', state: 'active', plan: 'team', isolation: 'silo', demo: false },
});

const write = (...tenants: FactsOfTenant[]) =>
  writeFacts(
    { database: stack.admin, databaseUrl: stack.databaseUrl, log: stack.reader.log },
    tenants,
  );

describe('cut off', () => {
  /** By hand; all else of it is real. */
  const clock = {
    aheadMs: 0,
    monotonicMs: () => performance.now() + clock.aheadMs,
    wallMs: Date.now,
  };
  let watched: Plane;
  const levels: string[] = [];
  let strangers = 0;

  beforeAll(async () => {
    const { registryUrl, token } = stack.reader;
    const directory = join(stack.folder, 'watched');
    watched = await createPlane(
      { ...stack.reader, directory },
      { source: createHttpSource(registryUrl, token), openLive: undefined, clock },
    );
    await watched.ready();
    watched.on('freshness', ({ kind, to }) => kind === 'membership' && levels.push(to));
    watched.on('applied', ({ fact }) => (strangers += fact.log === stack.reader.log ? 0 : 1));
  });
  afterAll(() => watched?.close());

  const passes = async (ms: number, to: string): Promise<void> => {
    clock.aheadMs += ms;
    await eventually(() => expect(levels.at(-1)).toBe(to));
  };

  test('for a day: stale, degraded, expired, and within 15 s of its end fresh and equal', async () => {
    await cutPlanes();
    const [tenant = ''] = await write(
      ...Array.from({ length: MISSED_TENANTS }, () => (id: string) => [
        tenantFact(id),
        ...Array.from({ length: MISSED_PER_TENANT - 1 }, (_, n) => person(n)),
      ]),
    );
    const identity = { issuer: ISSUER, sub: 'person-1' };
    const decide = () => watched.can(identity, 'tenant:update', tenant);
    await passes(16_000, 'stale');
    expect(decide()).toMatchObject({ reason: 'tenant-unknown', freshness: 'stale' });
    await passes(5 * MINUTE_MS, 'degraded');
    expect(decide()).toMatchObject({ reason: 'tenant-unknown', freshness: 'degraded' });
    await passes(DAY_MS, 'expired');
    expect(decide()).toMatchObject({ allowed: false, reason: 'facts-expired' });
    expect(watched.freshness('entitlement')).toBe('degraded');

    const mendedMs = performance.now();
    await mendPlanes();
    await equal();
    const left = { withinMs: healedWithinMs() - (performance.now() - mendedMs) };
    await eventually(() => {
      expect(decide()).toEqual({ allowed: true, reason: 'granted', freshness: 'fresh' });
    }, left);
    expect(levels.slice(0, 4)).toEqual(['stale', 'degraded', 'expired', 'fresh']);
    expect(strangers).toBe(0);
  });
});

describe('with clocks', () => {
  const areAll = (level: string, withinMs = healedWithinMs()) =>
    eventually(
      async () => {
        const fitting = (await planes.freshness()).map(() => level);
        expect(await planes.freshness()).toEqual(fitting);
      },
      { withinMs, everyMs: 200, what: `every plane is ${level}` },
    );

  const fence = async (): Promise<number> => {
    const { rows } = await stack.admin.query<{ fence: string }>('select fence from log_head');
    return Number(rows[0]?.fence);
  };

  test('of the registry ten days ahead, and planes suspended: stale, and then fresh', async () => {
    const others = await startKits(quiet);
    // Over HTTP alone: nothing waits in a socket for those who are suspended.
    const { natsUrl: _, ...start } = stack.reader;
    const suspended = new KitPlanes(others.kits, start, join(stack.folder, 'suspended'));
    try {
      await suspended.open();
      await suspended.ready();
      await suspended.unwatch();
      others.signal('SIGSTOP');
      const suspendedMs = performance.now();
      registryClock.set(10 * DAY_MS);
      await change();
      await equal();
      await areAll('stale', FRESH_MS + healedWithinMs());
      registryClock.set(0);
      await eventually(() => performance.now() - suspendedMs > FRESH_MS);
      await stack.links['plane->registry'].cut();
      others.signal('SIGCONT');
      for (const level of await suspended.freshness()) expect(level).toBe('stale');
      await stack.links['plane->registry'].mend();
      await suspended.expectEqual(stack.admin);
      await areAll('fresh');
    } finally {
      others.signal('SIGCONT');
      await suspended.close();
      await others.end();
    }
  });

  test('of the registry that jump to and fro: facts go on, also under a new leader', async () => {
    for (const aheadMs of [HOUR_MS, -HOUR_MS, 10 * DAY_MS, -10 * DAY_MS]) {
      registryClock.set(aheadMs);
      await change();
      await equal();
    }
    const before = await fence();
    await stack.sequencer.kill('SIGKILL');
    await stack.sequencer.restart();
    await change();
    await equal();
    expect(await fence()).toBeGreaterThan(before);
    registryClock.set(0);
    await areAll('fresh');
    await equal();
  });

  test('of planes that jump to and fro: stale at once, entitlements end, and all is fresh', async () => {
    // Go asks the kernel for the time: its own tests set its clock.
    const fooled = kits.kits.flatMap(({ name }, at) => (name === 'go' ? [] : [at]));
    const until = new Date(Date.now() + DAY_MS).toISOString();
    const body = { product: 'crm', plan: 'team', limits: {}, until };
    const [tenant = ''] = await write((id) => [
      tenantFact(id),
      { kind: 'entitlement', subject: 'entitlement:crm', op: 'assert', body },
    ]);
    await equal();
    for (const aheadMs of [HOUR_MS, -HOUR_MS, 10 * DAY_MS, -10 * DAY_MS]) {
      planesClock.set(aheadMs);
      await eventually(async () => {
        const told = await planes.freshness();
        for (const at of fooled) expect(told[at]).toBe('stale');
      });
      const answers = await planes.ask({ op: 'entitlement', tenant, product: 'crm' });
      const entitled = aheadMs < DAY_MS;
      for (const at of fooled) expect(answers[at]).toMatchObject({ entitled, freshness: 'stale' });
    }
    await change();
    planesClock.set(0);
    await equal();
    await areAll('fresh');
  });
});
