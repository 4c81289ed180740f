import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { concatBytes } from '../../facts/core/bytes.ts';
import { preAuthEncoding } from '../../facts/core/pae.ts';
import { keyIdOf, leafHash } from '../../facts/crypto/hash.ts';
import { createSigner } from '../../facts/crypto/sign.ts';
import { formatCheckpoint } from '../../facts/log/checkpoint.ts';
import { formatBundle } from '../../facts/log/entry-bundle.ts';
import { formatKeySet, rootName } from '../../facts/log/key-set.ts';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import { formatTilePath } from '../../facts/log/tile-path.ts';
import { TreeBuilder } from '../../facts/log/tree.ts';
import type { Signer } from '../../ports/signer.ts';
import { signNoteBy } from '../../registry/key-ring.ts';
import { chainOf, LOG } from '../registry/fake-fact-log.ts';

const signerBy = (seed: number): Signer => {
  const key = createSigner(new Uint8Array(32).fill(seed));
  return { ...key, keyId: keyIdOf(key.publicKey) };
};
const [root, fact, log, time] = [signerBy(1), signerBy(2), signerBy(3), signerBy(4)];
const ROOT_KEY = formatNoteKey(rootName(LOG), root.publicKey);
const TENANTS = ['1', '2', '3'].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-audit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const pathOf = (path: string) => join(folder, path);
const write = (path: string, content: string | Uint8Array) => {
  mkdirSync(dirname(pathOf(path)), { recursive: true });
  writeFileSync(pathOf(path), content);
};

const range = (key: Uint8Array) => ({ key, from: 0, to: null, void: null });

/** 300 facts of three tenants in turn, as the registry serves them. */
function factPayloads(): Uint8Array[] {
  const chains = TENANTS.map((tenant) => chainOf(100, tenant));
  return Array.from({ length: 300 }, (_none, at) => {
    const payload = chains[at % 3]?.[Math.floor(at / 3)]?.payload;
    if (payload === undefined) throw new Error('no fact');
    return payload;
  });
}

/** `stated`: what the checkpoint is made over. */
async function writeLog(payloads: readonly Uint8Array[], stated = payloads): Promise<void> {
  const set = {
    ...{ log: LOG, version: 1, root: root.publicKey, time: [time.publicKey], epochs: [] },
    fact: [range(fact.publicKey)],
    logKeys: [range(log.publicKey)],
  };
  write('keys/1', await signNoteBy(formatKeySet(set), { name: rootName(LOG), signer: root }));
  for (let index = 0; index * 256 < payloads.length; index += 1) {
    const part = payloads.slice(index * 256, (index + 1) * 256);
    const width = part.length;
    write(formatTilePath({ level: 0, index, width }), concatBytes(...part.map(leafHash)));
    const entries = formatBundle(part.map(preAuthEncoding));
    write(formatTilePath({ level: 'entries', index, width }), entries);
  }
  const tree = new TreeBuilder();
  for (const payload of stated) tree.append(leafHash(payload));
  const head = { origin: LOG, size: payloads.length, root: tree.root(), extensions: [] };
  write('checkpoint', await signNoteBy(formatCheckpoint(head), { name: LOG, signer: log }));
}

async function audit(rootKey = ROOT_KEY) {
  let [out, err] = ['', ''];
  const args = ['log', 'audit', '--from', folder, '--root', rootKey, '--json'];
  const code = await runCli(args, {
    env: {},
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, err, shown: out === '' ? undefined : (JSON.parse(out) as unknown) };
}

test('a log that is what was signed passes', async () => {
  await writeLog(factPayloads());
  expect(await audit()).toEqual({
    code: 0,
    err: '',
    shown: { log: LOG, size: 300, tenants: 3, keySet: 1, state: null },
  });
});

const swap = (payloads: Uint8Array[], a: number, b: number): Uint8Array[] => {
  const swapped = [...payloads];
  [swapped[a], swapped[b]] = [swapped[b] as Uint8Array, swapped[a] as Uint8Array];
  return swapped;
};

test('facts in another order than the signed one are found by the root', async () => {
  const payloads = factPayloads();
  await writeLog(swap(payloads, 0, 1), payloads);
  expect(await audit()).toMatchObject({ code: 1, err: expect.stringContaining('checkpoint-fork') });
});

test('a fact that is missing in a chain is found, and where', async () => {
  const payloads = factPayloads();
  payloads.splice(150, 1);
  await writeLog(payloads);
  const { code, err } = await audit();
  expect(code).toBe(1);
  expect(err).toContain('seq-gap');
  expect(err).toContain('entry 152');
});

test('an entry that is not what its hash says is found', async () => {
  await writeLog(factPayloads());
  const path = 'tile/entries/001.p/44';
  const bytes = readFileSync(pathOf(path));
  const at = bytes.indexOf('"seats":86');
  bytes.write('"seats":87', at);
  write(path, bytes);
  expect(await audit()).toMatchObject({ code: 1, err: expect.stringContaining('tile-malformed') });
});

test('another root, and a checkpoint by another key, are refused', async () => {
  await writeLog(factPayloads());
  const stranger = formatNoteKey(rootName(LOG), signerBy(9).publicKey);
  expect(await audit(stranger)).toMatchObject({
    code: 1,
    err: expect.stringContaining('key sets'),
  });
  const forged = readFileSync(pathOf('checkpoint'), 'utf8').replace('\n300\n', '\n299\n');
  write('checkpoint', forged);
  const { code, err } = await audit();
  expect([code, err]).toEqual([1, expect.stringContaining('note-signature-invalid')]);
});

test('a log that is not there is one sentence', async () => {
  expect(await audit()).toMatchObject({ code: 1, err: expect.stringContaining('has no keys/1') });
});
