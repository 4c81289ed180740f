import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { toHex } from '../../facts/core/bytes.ts';
import { parsePayload } from '../../facts/core/payload.ts';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import { rootName } from '../../facts/log/key-set.ts';
import { formatStateNote } from '../../facts/log/state/note.ts';
import { Heart } from '../../registry/heart.ts';
import { signNoteBy } from '../../registry/key-ring.ts';
import { openPlane } from '../../sdk/typescript/plane.ts';
import { changesOf } from '../facts/log/state/changes.ts';
import { MemoryState } from '../facts/log/state/memory-state.ts';
import { LOG } from '../registry/fake-fact-log.ts';
import { log, root, stateRegistry, type StateRegistry } from '../registry/state-registry.ts';
import { OPERATOR, READER, startTestApi, type TestApi } from '../support/api/test-api.ts';

const ROOT_KEY = formatNoteKey(rootName(LOG), root.publicKey);
const STRANGER = 'ffffffff-0000-4000-8000-00000000000f';

let registry: StateRegistry;
let api: TestApi;
let tenants: string[];
const folders: string[] = [];

beforeAll(async () => {
  registry = await stateRegistry();
  tenants = await Promise.all([registry.newTenant(), registry.newTenant()]);
  for (const tenant of tenants) await registry.change(tenant, [1, 2, 3, -2]);
  await registry.sequence();
  await publish();
  api = await startTestApi({ facts: registry.reader, log: registry.reader });
});
afterAll(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true });
  await Promise.all([api.close(), registry.close()]);
});

/** Heartbeat and snapshot of what was signed. */
async function publish(): Promise<void> {
  const heart = new Heart({
    ...{ log: LOG, epoch: 1, keys: registry.keys, store: registry.facts },
    stream: { announce: () => undefined },
    clock: { nowMs: () => Date.now() },
  });
  await heart.beat(registry.fence);
  await registry.snapshotter().run(registry.fence, () => false);
}

async function tenure(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli([...args, '--json'], {
    env: {
      TENURE_URL: api.url,
      OPERATOR_TOKEN: OPERATOR,
      READER_TOKEN: READER,
      TENURE_ROOT: ROOT_KEY,
    },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, err, shown: out === '' ? undefined : (JSON.parse(out) as unknown) };
}

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-copy-'));
  folders.push(folder);
  return folder;
};

async function copied(): Promise<string> {
  const folder = newFolder();
  expect(await tenure('log', 'export', '--to', folder)).toMatchObject({ code: 0, err: '' });
  return folder;
}

describe('an exported log', () => {
  test('passes the audit, as the registry itself does', async () => {
    const folder = await copied();
    const { size } = (await registry.note())!;
    const passed = { code: 0, err: '', shown: { size, tenants: 2, keySet: 1, state: size } };
    expect(await tenure('log', 'audit', '--from', folder)).toMatchObject(passed);
    expect(await tenure('log', 'audit')).toMatchObject(passed);
    expect(readdirSync(join(folder, 'facts'))).not.toContainEqual(expect.stringContaining('.new'));
  });

  test('is brought up to date by what is new alone, and again by nothing', async () => {
    const folder = await copied();
    expect(await tenure('log', 'export', '--to', folder)).toMatchObject({ shown: { files: 0 } });
    await registry.change(tenants[0]!, [8]);
    await registry.sequence();
    await publish();
    const again = await tenure('log', 'export', '--to', folder);
    // A shard, a tile, a bundle, checkpoint, heartbeat, a page and its note.
    expect(again).toMatchObject({ code: 0, shown: { files: 7 } });
    expect(await tenure('log', 'audit', '--from', folder)).toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'state'))).toHaveLength(2);
  });

  test('is completed after a death in the midst of it', async () => {
    const folder = await copied();
    for (const path of ['state/note', 'checkpoint', 'heartbeat']) rmSync(join(folder, path));
    const [shard = ''] = readdirSync(join(folder, 'facts'));
    rmSync(join(folder, 'facts', shard));
    writeFileSync(join(folder, 'facts', `${shard}.new`), 'half a li');
    expect(await tenure('log', 'export', '--to', folder)).toMatchObject({ code: 0 });
    expect(await tenure('log', 'audit', '--from', folder)).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'facts', shard), 'utf8')).toMatch(/^1 \d+ \{/);
  });
});

test('a folder with the copy of another log is left as it is, with one sentence', async () => {
  const folder = await copied();
  const other = readFileSync(join(folder, 'keys', '1'), 'utf8').replace('\n1\n', '\n2\n');
  writeFileSync(join(folder, 'keys', '1'), other);
  expect(await tenure('log', 'export', '--to', folder)).toMatchObject({
    code: 1,
    err: expect.stringContaining('another log'),
  });
  expect(readFileSync(join(folder, 'keys', '1'), 'utf8')).toBe(other);
});

test('a folder that was copied by halves is mended by the next export', async () => {
  const folder = await copied();
  const node = join(folder, 'state', toHex((await registry.note())!.root));
  writeFileSync(node, readFileSync(node).subarray(0, 40));
  expect(await tenure('log', 'export', '--to', folder)).toMatchObject({ code: 0, err: '' });
  expect(await tenure('log', 'audit', '--from', folder)).toMatchObject({ code: 0 });
});

test('a folder where a file should be is one sentence', async () => {
  const folder = await copied();
  rmSync(join(folder, 'checkpoint'));
  mkdirSync(join(folder, 'checkpoint'));
  expect(await tenure('log', 'audit', '--from', folder)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/checkpoint cannot be read \(EISDIR\)/),
  });
});

describe('refused with its code is', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await copied();
  });
  const audit = () => tenure('log', 'audit', '--from', folder);
  const refusal = (code: string) => ({ code: 1, err: expect.stringContaining(code) });

  /** A tree of these facts, signed by the log key itself. */
  const forgeState = async (indexes: (index: number) => boolean): Promise<void> => {
    const signed = await registry.facts.readLog(0, 1_000);
    const facts = signed.map(({ payload }) => parsePayload(payload));
    const tree = new MemoryState();
    const root = tree.change(changesOf(facts.filter((_, index) => indexes(index))));
    for (const [name, node] of tree.nodes) writeFileSync(join(folder, 'state', name), node);
    const note = { ...(await registry.note())!, root };
    const text = formatStateNote(note);
    const forged = await signNoteBy(text, { name: LOG, signer: log });
    writeFileSync(join(folder, 'state', 'note'), forged);
  };

  test('a node of the state that was changed', async () => {
    const name = toHex((await registry.note())!.root);
    writeFileSync(join(folder, 'state', name), new Uint8Array([2, 0, 0]));
    expect(await audit()).toMatchObject(refusal('state-hash-mismatch'));
    expect(await tenure('log', 'tenant', tenants[0]!, '--from', folder)).toMatchObject(
      refusal('state-hash-mismatch'),
    );
  });

  test('a state note that was changed', async () => {
    const path = join(folder, 'state', 'note');
    const { size } = (await registry.note())!;
    writeFileSync(path, readFileSync(path, 'utf8').replace(`\n${size}\n`, `\n${size - 1}\n`));
    expect(await audit()).toMatchObject(refusal('note-signature-invalid'));
  });

  test('a state that the log key signed and that is not what the log comes to', async () => {
    await forgeState((index) => index !== 0);
    expect(await audit()).toMatchObject(refusal('state-fork'));
  });

  test('nothing of a true state that was made in the same way (negative control)', async () => {
    await forgeState(() => true);
    expect(await audit()).toMatchObject({ code: 0, err: '' });
  });
});

test('a plane takes an exported folder for its registry, and begins with the snapshot', async () => {
  const folder = await copied();
  const plane = await openPlane({
    registryUrl: pathToFileURL(folder).href,
    token: '',
    directory: newFolder(),
    log: LOG,
    root: ROOT_KEY,
  });
  try {
    await plane.ready();
    expect(plane.stats()).toMatchObject({ applied: 0, snapshot: (await registry.note())!.size });
  } finally {
    await plane.close();
  }
});

describe('the view of a tenant', () => {
  test.each(['the registry', 'a folder'])(
    'out of %s has its live facts and no others',
    async (from) => {
      const more = from === 'a folder' ? ['--from', await copied()] : [];
      const { code, shown } = await tenure('log', 'tenant', tenants[1]!, ...more);
      const subjects = ['000000000001', '000000000003'].map((end) => ({
        tenant: tenants[1],
        subject: expect.stringContaining(end),
      }));
      expect(code).toBe(0);
      expect(shown).toMatchObject({ tenant: tenants[1], seq: 4, bytes: expect.any(Number) });
      const { facts } = shown as { facts: object[] };
      expect(facts).toHaveLength(2);
      expect(facts).toEqual(
        expect.arrayContaining(subjects.map((one) => expect.objectContaining(one))),
      );
    },
  );

  test.each(['the registry', 'a folder'])('out of %s proves that there are none', async (from) => {
    const more = from === 'a folder' ? ['--from', await copied()] : [];
    const { code, shown } = await tenure('log', 'tenant', STRANGER, ...more);
    expect([code, shown]).toEqual([0, expect.objectContaining({ seq: null, facts: [] })]);
  });

  test('says how old it is, by a heartbeat, when somebody serves one from before', async () => {
    const old = await copied();
    await registry.change(tenants[1]!, [4]);
    await registry.sequence();
    await publish();
    const heartbeat = (await registry.reader.findNote('heartbeat'))!;
    const ask = async () =>
      (await tenure('log', 'tenant', tenants[1]!, '--from', old)).shown as { age: object };
    expect((await ask()).age).toMatchObject({ newer: 0 });
    writeFileSync(join(old, 'heartbeat'), heartbeat);
    expect((await ask()).age).toMatchObject({ newer: 1 });
    rmSync(join(old, 'heartbeat'));
    expect((await ask()).age).toBeNull();
  });

  test('is served without a byte of its neighbour', async () => {
    const headers = { authorization: `Bearer ${READER}` };
    const url = `${api.url}/v1/log/state/tenants/${tenants[0]}`;
    const view = Buffer.from(await (await fetch(url, { headers })).arrayBuffer());
    const [ours, theirs] = tenants as [string, string];
    expect(view.includes(ours)).toBe(true);
    expect(view.includes(theirs)).toBe(false);
    expect(view.includes(Buffer.from(theirs.replaceAll('-', ''), 'hex'))).toBe(false);
    const whole = Buffer.concat(
      (await registry.facts.readLog(0, 100)).map(({ payload }) => Buffer.from(payload)),
    );
    // Negative control: the log itself has both.
    expect(whole.includes(theirs)).toBe(true);
  });

  test('of what is no tenant is a wrong usage', async () => {
    expect(await tenure('log', 'tenant', 'acme')).toMatchObject({ code: 2 });
  });

  test('out of a folder without a state is one sentence', async () => {
    const folder = await copied();
    rmSync(join(folder, 'state'), { recursive: true });
    expect(await tenure('log', 'tenant', STRANGER, '--from', folder)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no state tree yet'),
    });
  });
});

test('a registry that is down is told as that', async () => {
  const other = await startTestApi();
  await other.close();
  const { code } = await runDown(other.url);
  expect(code).toBe(3);
});

async function runDown(url: string) {
  const io = { env: {}, tty: false, out: () => undefined, err: () => undefined };
  return { code: await runCli(['--url', url, 'log', 'export', '--to', newFolder()], io) };
}
