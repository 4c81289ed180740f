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
  const given = { registryUrl: await registry.listen(), token: TOKEN, log: LOG, root: ROOT_KEY };
  for (const { name, ask } of kits.kits) {
    const open = { op: 'open', ...given, shards: [SHARD], directory: join(disk.path, name) };
    expect(await ask(open)).toEqual({ ok: true });
    expect(await ask({ op: 'ready' })).toEqual({ ok: true });
  }
});
afterEach(async () => {
  for (const { ask } of kits.kits) await ask({ op: 'close' });
  await registry.close();
  disk.unmount();
});

const allMayWrite = (allowed: boolean) =>
  eventually(async () => {
    const question = { op: 'can', issuer: ISSUER, sub: 'jane', permission: 'invoice:write' };
    for (const { name, ask } of kits.kits) {
      const answer = await ask({ ...question, tenant: ACME });
      expect({ name, answer }).toMatchObject({ answer: { allowed } });
    }
  });

test('what a stolen key signed is taken back, though the disk kept neither it nor the key set', async () => {
  disk.fill();
  const voidFrom = writer.facts.length;
  const owner = memberDraft(memberId(1), 'jane', ['owner']);
  for (let n = 0; n < FACTS; n += 1) writer.write(ACME, owner);
  await allMayWrite(true);
  const at = writer.facts.length;
  const fact = [rangeOf(signer, { to: at, void: voidFrom }), rangeOf(NEXT_FACT_KEY, { from: at })];
  registry.keySets.push(keySetNote({ version: 2, fact }));
  await allMayWrite(false);
  for (const { ask } of kits.kits) {
    expect(await ask({ op: 'stats' })).not.toMatchObject({ unwritten: 0 });
  }
});
