// Measures the TypeScript kit on a directory that `writeFacts` wrote, in a process of its own:
//   node bench/million-main.ts parse|plane DIRECTORY TENANTS FACTS_PER_TENANT
// Prints `{"name","unit","value"}` lines, as every kit's measuring program does.
import { setTimeout } from 'node:timers/promises';
import { preAuthEncoding } from '../facts/core/pae.ts';
import { createVerifier } from '../facts/crypto/verify.ts';
import { parseStateNote } from '../facts/log/state/note.ts';
import { textOfNote } from '../facts/log/note.ts';
import { unpackPayloads } from '../facts/log/state/block.ts';
import { shardScope } from '../facts/log/state/walk.ts';
import { openPlane } from '../sdk/typescript/plane.ts';
import type { Plane } from '../sdk/typescript/plane.ts';
import { SnapshotFile } from '../sdk/typescript/snapshot-file.ts';
import { walkState } from '../sdk/typescript/snapshot.ts';
import { LOG, signer } from '../test/sdk/support/fact-writer.ts';
import { ROOT_KEY } from '../test/sdk/support/log-writer.ts';
import { ISSUER, PERMISSION, subAt, tenantAt } from './million-facts.ts';
import { clockCostNs } from './clock-cost.ts';
import { quantile } from './row.ts';

const DECISIONS = 1_000_000;
const WARM_UP = 200_000;
const SIGNATURES = 2_000;
/** About what each of these facts has. */
const FACT_BYTES = 500;

const [mode = '', directory = '', tenantsText, factsText] = process.argv.slice(2);
const [tenants, facts] = [Number(tenantsText), Number(factsText)];

const print = (name: string, unit: string, value: number): void =>
  void process.stdout.write(`${JSON.stringify({ name, unit, value })}\n`);

/** Twice: what lies outside of the heap is given free behind the first. */
const collect = async (): Promise<void> => {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  await setTimeout(100);
  gc?.();
};

const open = (): Promise<Plane> =>
  openPlane({ registryUrl: 'http://127.0.0.1:1', token: '', log: LOG, root: ROOT_KEY, directory });

const decide = (plane: Plane, n: number): boolean => {
  // A large step through both counters, so that no two questions share a cache line.
  const tenant = asParsed(tenantAt((n * 7_919) % tenants));
  const sub = asParsed(subAt((n * 104_729) % (facts - 1)));
  return plane.can({ issuer: asParsed(ISSUER), sub }, PERMISSION, tenant).allowed;
};

/** One flat piece of memory, as a string of a verified token is: not the parts of a template. */
const asParsed = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

/** The bare `JSON.parse` of the same bytes: what nobody who reads facts can do without. */
async function measureParse(): Promise<void> {
  const file = SnapshotFile.open(directory);
  if (file === undefined) throw new Error(`no snapshot in ${directory}`);
  const note = parseStateNote(textOfNote(file.note));
  const order = { atOnce: 1, take: () => undefined };
  const all = shardScope(() => true);
  const states = await walkState(note, all, ({ hash }) => file.next(hash), order);
  const payloads = states.flatMap(({ pages }) =>
    pages.flatMap(({ packed, count }) => unpackPayloads(packed, count)),
  );
  await collect();
  const startedMs = performance.now();
  let parsed = 0;
  for (const payload of payloads) {
    const { buffer, byteOffset, byteLength } = payload;
    const text = Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
    if ((JSON.parse(text) as { seq: number }).seq > 0) parsed += 1;
  }
  print('parse', 'ms', performance.now() - startedMs);
  print('facts', '', parsed);
}

function measureSignature(): void {
  const verify = createVerifier(signer.publicKey);
  const message = preAuthEncoding(new Uint8Array(FACT_BYTES));
  const signature = signer.sign(message);
  for (let n = 0; n < SIGNATURES; n += 1) verify(message, signature);
  const startedMs = performance.now();
  for (let n = 0; n < SIGNATURES; n += 1) {
    if (!verify(message, signature)) throw new Error('a good signature was refused');
  }
  print('signature', 'us', ((performance.now() - startedMs) / SIGNATURES) * 1_000);
}

async function measurePlane(): Promise<void> {
  measureSignature();
  await collect();
  const before = process.memoryUsage();
  const startedMs = performance.now();
  const plane = await open();
  if (!decide(plane, 1)) throw new Error('a wrong decision');
  print('answering', 'ms', performance.now() - startedMs);
  // Everybody once: then every block is unpacked, and only then is memory what it stays.
  for (let n = 0; n < tenants; n += 1) decide(plane, n);
  print('unpacked', 'ms', performance.now() - startedMs);
  await collect();
  const after = process.memoryUsage();
  const usedBytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  print('memory', 'B/fact', usedBytes / (tenants * facts));
  measureDecisions(plane);
  await plane.close();
}

function measureDecisions(plane: Plane): void {
  const tookNs = new Float64Array(DECISIONS);
  for (let i = -WARM_UP; i < DECISIONS; i += 1) {
    const tenant = asParsed(tenantAt(((i + WARM_UP) * 7_919) % tenants));
    const sub = asParsed(subAt(((i + WARM_UP) * 104_729) % (facts - 1)));
    const identity = { issuer: asParsed(ISSUER), sub };
    const startedNs = process.hrtime.bigint();
    const { allowed } = plane.can(identity, PERMISSION, tenant);
    const endedNs = process.hrtime.bigint();
    if (!allowed) throw new Error('a wrong decision');
    if (i >= 0) tookNs[i] = Number(endedNs - startedNs);
  }
  const clockNs = clockCostNs();
  print('decision p50', 'us', (quantile(tookNs, 0.5) - clockNs) / 1_000);
  print('decision p99', 'us', (quantile(tookNs, 0.99) - clockNs) / 1_000);
}

if (mode === 'parse') await measureParse();
else await measurePlane();
