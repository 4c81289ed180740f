import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createMemoryCheckpointStore } from '../../adapters/memory/checkpoint-store.ts';
import { createFactLog, createFactReader } from '../../adapters/postgres/fact-log.ts';
import { createKeySetPublishing } from '../../adapters/postgres/key-sets.ts';
import { createLeaderLock } from '../../adapters/postgres/leader-lock.ts';
import { runCli } from '../../cli/program.ts';
import { keyIdOf } from '../../facts/crypto/hash.ts';
import { createSigner } from '../../facts/crypto/sign.ts';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import { rootName } from '../../facts/log/key-set.ts';
import { planeKeyName } from '../../facts/log/receipt.ts';
import type { UnsignedFact } from '../../ports/registry-store.ts';
import { Heart } from '../../registry/heart.ts';
import { KeyRing } from '../../registry/key-ring.ts';
import { assureFirstKeySet } from '../../registry/key-sets.ts';
import { LogKeeper } from '../../registry/log-keeper.ts';
import { signFacts } from '../../registry/sign-facts.ts';
import { Snapshotter } from '../../registry/snapshotter.ts';
import { openPlane } from '../../sdk/typescript/plane.ts';
import type { Plane } from '../../sdk/typescript/plane.ts';
import {
  accepted,
  provisionRequest,
  registryDatabase,
} from '../adapters/postgres/registry-database.ts';
import type { RegistryDatabase } from '../adapters/postgres/registry-database.ts';
import { chainOf, LOG } from '../registry/fake-fact-log.ts';
import { OPERATOR, READER, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';
import { eventually } from '../support/eventually.ts';

// The whole way of a receipt: Postgres, sequencing, HTTP, two data planes, and the command.
const signerBy = (seed: number) => {
  const key = createSigner(new Uint8Array(32).fill(seed));
  return { ...key, keyId: keyIdOf(key.publicKey) };
};
const [ROOT, FACT, LOG_KEY, TIME] = [signerBy(1), signerBy(2), signerBy(3), signerBy(4)];
const PLANE_KEYS = { eu: signerBy(5), asia: signerBy(6) };
type Name = keyof typeof PLANE_KEYS;
/** A receipt is sent every ten seconds at most. */
const WITHIN = { withinMs: 20_000 };

let registry: RegistryDatabase;
let facts: ReturnType<typeof createFactLog>;
let reader: ReturnType<typeof createFactReader>;
let keySets: ReturnType<typeof createKeySetPublishing>;
let api: TestApi;
let log: (chain: readonly UnsignedFact[]) => Promise<void>;
let snapshot: () => Promise<void>;
let folder: string;
const planes = new Map<Name, Plane>();

const tenure = async (...args: string[]) => {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, last: out.trim().split('\n').at(-1), err };
};

const open = async (name: Name): Promise<void> => {
  const plane = await openPlane({
    registryUrl: api.url,
    token: READER,
    log: LOG,
    root: formatNoteKey(rootName(LOG), ROOT.publicKey),
    directory: join(folder, name),
    receipts: { name, key: PLANE_KEYS[name] },
  });
  planes.set(name, plane);
  await plane.ready();
};

/** A registry that leads: what is committed is sequenced, covered by a checkpoint, and told. */
const lead = async (): Promise<[typeof log, typeof snapshot]> => {
  const keys = new KeyRing(LOG, () => [FACT, LOG_KEY, TIME], facts);
  const leadership = await createLeaderLock(registry).acquire(new AbortController().signal);
  const { fence } = leadership;
  await leadership.resign();
  await assureFirstKeySet(keySets, LOG, () => ({
    root: ROOT,
    fact: FACT.publicKey,
    log: LOG_KEY.publicKey,
    time: TIME.publicKey,
  }));
  const checkpoints = createMemoryCheckpointStore();
  const about = { log: LOG, epoch: 1, keys, store: facts };
  const keeper = new LogKeeper({ ...about, checkpoints });
  await keeper.open(fence);
  const stream = { announce: () => undefined };
  const heart = new Heart({ ...about, stream, clock: { nowMs: () => Date.now() } });
  const snapshotter = new Snapshotter({ log: LOG, keys, store: facts });
  const logChain = async (chain: readonly UnsignedFact[]): Promise<void> => {
    const [first] = chain;
    await registry.worker.commits.transact([first?.tenant ?? ''], (transaction) =>
      transaction.appendFacts(chain),
    );
    await facts.sequence(fence, 1_000, async (placed, place) => {
      const signerOf = (keySet: number, index: number) => keys.factSigner(keySet, index);
      return signFacts({ log: LOG, signerOf }, placed, place);
    });
    await keeper.keep(fence);
    await heart.beat(fence);
  };
  return [logChain, () => snapshotter.run(fence, () => false)];
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-where-'));
  registry = await registryDatabase();
  facts = createFactLog(registry);
  reader = createFactReader(registry);
  keySets = createKeySetPublishing(registry);
  api = await startTestApi({ facts: reader, log: reader, planes: reader, logOrigin: LOG });
  [log, snapshot] = await lead();
});

afterEach(async () => {
  await Promise.all([...planes.values()].map((plane) => plane.close()));
  await api.close();
  await Promise.all([registry.close(), facts.close(), reader.close(), keySets.close()]);
  rmSync(folder, { recursive: true, force: true });
});

test('a plane that is stopped is the one that is missing, until it is back', async () => {
  for (const [name, key] of Object.entries(PLANE_KEYS)) {
    const noteKey = formatNoteKey(planeKeyName(LOG, name), key.publicKey);
    expect((await tenure('planes', 'add', noteKey)).code).toBe(0);
  }
  const { tenant } = await accepted(registry.api.operations, provisionRequest());
  const chain = chainOf(2, tenant);
  const where = (seq: number) => tenure('facts', 'where', '--tenant', tenant, '--seq', String(seq));
  await log(chain.slice(0, 1));
  await Promise.all([open('eu'), open('asia')]);
  await eventually(async () => expect(await where(1)).toMatchObject({ code: 0 }), WITHIN);
  await planes.get('asia')?.close();
  await log(chain.slice(1));
  await eventually(async () => {
    expect(await where(2)).toMatchObject({ code: 1, last: 'Missing: asia.' });
  }, WITHIN);
  await open('asia');
  await eventually(async () => {
    const { code, last } = await where(2);
    expect([code, last]).toEqual([
      0,
      expect.stringMatching(/^Applied by every plane .* \(2\), the last at 20/),
    ]);
  }, WITHIN);
}, 60_000);

test('a new plane rests on the registry’s snapshot, and goes on with lines', async () => {
  const { tenant } = await accepted(registry.api.operations, provisionRequest());
  const chain = chainOf(12, tenant);
  await log(chain.slice(0, 11));
  await snapshot();
  await open('eu');
  const plane = planes.get('eu');
  expect(plane?.stats()).toMatchObject({ snapshot: 11, applied: 0, refused: {} });
  await log(chain.slice(11));
  await eventually(() => expect(plane?.stats().applied).toBe(1), WITHIN);
  expect(plane?.stats().refused).toEqual({});
}, 60_000);
