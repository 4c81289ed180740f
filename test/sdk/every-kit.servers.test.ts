import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { quiet } from '../../tools/servers/progress.ts';
import { eventually } from '../support/eventually.ts';
import { mountSmallDisk, type SmallDisk } from '../support/faults/small-disk.ts';
import { startKits, type RunningKits } from './conformance/kits.ts';
import { FakeRegistry, TOKEN } from './support/fake-registry.ts';
import { FactWriter, ISSUER, LOG, memberDraft, signer } from './support/fact-writer.ts';
import { keySetNote, NEXT_FACT_KEY, rangeOf, ROOT_KEY } from './support/log-writer.ts';
import { writeHistory } from './support/plane-fixture.ts';
import { ACME, memberId, SHARD } from './support/tenants.ts';

const BUILD_TIMEOUT_MS = 10 * 60_000;
const DISK_MIB = 4;
/** More than the rest of a page, which a full disk still takes. */
const FACTS = 20;

let kits: RunningKits;
let disk: SmallDisk;
let registry: FakeRegistry;
let registryUrl: string;
let writer: FactWriter;

beforeAll(async () => {
  kits = await startKits(quiet);
}, BUILD_TIMEOUT_MS);
afterAll(() => kits?.end());

beforeEach(async () => {
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
    const directory = join(disk.path, name);
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

const isFresh = (answer: unknown) => (answer as { freshness: string }).freshness === 'fresh';

const allMayWrite = (allowed: boolean) =>
  eventually(async () => {
    for (const { name, ask } of kits.kits) {
      const answer = await ask(question);
      expect({ name, answer }).toMatchObject({ answer: { allowed } });
    }
  });

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

test('what is read anew before the first heartbeat is not fresh, and nobody is ready by it', async () => {
  writer.write(ACME, owner);
  await allMayWrite(true);
  await close();
  revokeFrom(writer.facts.length - 1);
  writer.write(ACME, memberDraft(memberId(2), 'max', ['owner']));
  registry.silent = true;
  await open();
  const fresh = new Set<string>();
  await eventually(async () => {
    const answers = await Promise.all(kits.kits.map(({ ask }) => ask({ ...question, sub: 'max' })));
    kits.kits.forEach(({ name }, at) => isFresh(answers[at]) && fresh.add(name));
    expect(answers).toMatchObject(kits.kits.map(() => ({ allowed: true })));
  });
  expect([...fresh]).toEqual([]);
  registry.silent = false;
  await ready();
});

test('one that is started again is ready by a heartbeat of now, not by its last that it folds anew', async () => {
  writer.write(ACME, owner);
  await allMayWrite(true);
  await close();
  revokeFrom(writer.facts.length - 1);
  // Some pages of the registry: a plane that is ready early is seen to be behind.
  for (let n = 0; n < FACTS; n += 1) writer.write(ACME, owner);
  await open();
  await Promise.all(
    kits.kits.map(async ({ name, ask }) => {
      await ask({ op: 'ready' });
      const answer = await ask(question);
      expect({ name, answer }).toMatchObject({ answer: { allowed: true, freshness: 'fresh' } });
    }),
  );
});
