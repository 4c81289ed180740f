import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { parseEnvelope } from '../../facts/core/envelope.ts';
import { parseLine } from '../../facts/core/line.ts';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import { planeKeyName } from '../../facts/log/receipt.ts';
import {
  FactWriter,
  LOG,
  memberDraft,
  OPERATION,
  tenantDraft,
} from '../sdk/support/fact-writer.ts';
import { aReceipt, PLANE_KEY, PLANE_NAME, receiptNote } from '../sdk/support/receipts.ts';
import { ACME, memberId, SHARD } from '../sdk/support/tenants.ts';
import { OPERATOR, READER, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

const KEY = formatNoteKey(planeKeyName(LOG, PLANE_NAME), PLANE_KEY.publicKey);
const OTHER = formatNoteKey(planeKeyName(LOG, 'asia'), PLANE_KEY.publicKey);
const TIMES = ['2026-11-21T01:34:34.000Z', '2026-11-21T01:35:34.000Z'];

let api: TestApi;
let id: string;

const tenure = async (...args: string[]) => {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR, FACT_LOG_ORIGIN: LOG },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
};

const send = (size: number, at = TIMES[0] ?? '', shards = [SHARD]) =>
  api.ask({
    method: 'POST',
    path: '/v1/log/receipts',
    token: READER,
    raw: receiptNote(aReceipt({ size, at, shards })),
    headers: { 'Content-Type': 'text/plain' },
  });

beforeEach(async () => {
  api = await startTestApi();
  const writer = new FactWriter();
  const lines = [
    writer.write(ACME, tenantDraft(ACME)),
    writer.write(ACME, memberDraft(memberId(1), 'jane', [], 'inactive')),
  ];
  for (const [at, text] of lines.entries()) {
    const { position, index, envelope } = parseLine(text);
    const fact = writer.facts[at]!;
    const leafHash = new Uint8Array(32);
    const place = { index, shard: SHARD, position, leafHash };
    api.facts.push({
      ...parseEnvelope(envelope),
      id: fact.id,
      tenant: ACME,
      seq: fact.seq,
      ...place,
    });
  }
  id = writer.facts[1]?.id ?? '';
  api.made.set(OPERATION, [id]);
});
afterEach(() => api.close());

test('planes are added, listed with what they said, and removed', async () => {
  expect((await tenure('planes', 'list')).out).toContain('tenure planes add');
  expect(await tenure('planes', 'add', KEY)).toMatchObject({ code: 0, err: '' });
  await send(8);
  expect((await tenure('planes', 'list')).out).toMatch(/billing-eu +8 +1 +2026-11-21T01:34:34/);
  expect((await tenure('planes', 'remove', PLANE_NAME)).code).toBe(0);
  expect((await tenure('planes', 'remove', PLANE_NAME)).code).toBe(1);
});

test('the note key of a private key is what the registry takes', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const folder = mkdtempSync(join(tmpdir(), 'tenure-planes-'));
  const file = join(folder, 'plane.pem');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { code, out } = await tenure('planes', 'key', PLANE_NAME, file);
  expect([code, await tenure('planes', 'add', out.trim())]).toMatchObject([0, { code: 0 }]);
  writeFileSync(file, 'no key');
  for (const [name, from] of [
    [PLANE_NAME, file],
    [PLANE_NAME, join(folder, 'none')],
    ['No Name', file],
  ] as const) {
    expect(await tenure('planes', 'key', name, from)).toMatchObject({ code: 2, out: '' });
  }
  rmSync(folder, { recursive: true });
});

test('what is no key of a plane is refused in a sentence', async () => {
  const { code, err } = await tenure('planes', 'add', 'nonsense');
  expect([code, err]).toEqual([1, expect.stringContaining('Must be a plane’s note key')]);
});

describe('where', () => {
  const question = ['facts', 'where', '--revocation'];

  test('says who has applied it, and since when; all of them: exit code 0', async () => {
    await tenure('planes', 'add', KEY);
    await send(1);
    await send(2, TIMES[1]);
    const { code, out } = await tenure(...question, id);
    expect(code).toBe(0);
    expect(out).toContain(`member:${memberId(1)}`);
    expect(out.trim().split('\n').at(-1)).toBe(
      `Applied by every plane that follows it (1), the last at ${TIMES[1]}.`,
    );
  });

  test.each([
    ['that is behind', () => send(1), 'billing-eu'],
    ['that never sent a receipt', () => tenure('planes', 'add', OTHER), 'asia'],
  ])('a plane %s is missing: exit code 1', async (_, happen, missing) => {
    await tenure('planes', 'add', KEY);
    if (missing === 'asia') await send(2);
    await happen();
    const { code, out, err } = await tenure(...question, id);
    expect([code, err]).toEqual([1, `Not applied by ${missing}.\n`]);
    expect(out).toContain(`Missing: ${missing}.`);
  });

  test('a plane that does not follow the shard is not waited for', async () => {
    await tenure('planes', 'add', KEY);
    await send(1, TIMES[0], [SHARD + 1]);
    const { code, out, err } = await tenure(...question, id);
    expect(out).toContain('does not follow the shard');
    expect([code, err]).toEqual([1, expect.stringContaining('No plane that the registry knows')]);
  });

  test('a fact is named by its id, by its place, or with all of its operation', async () => {
    await tenure('planes', 'add', KEY);
    await send(2);
    for (const asked of [
      ['--fact', id],
      ['--tenant', ACME, '--seq', '2'],
      ['--operation', OPERATION],
    ]) {
      const { code, out } = await tenure('facts', 'where', ...asked, '--json');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ facts: [{ seq: 2 }] });
    }
  });

  test.each([
    [],
    ['--fact', 'x'],
    ['--tenant', ACME],
    ['--seq', '1'],
    ['--tenant', ACME, '--seq', '0'],
    ['--fact', OPERATION, '--operation', OPERATION],
  ])('half a question is wrong usage (%j)', async (...asked) => {
    expect((await tenure('facts', 'where', ...asked.flat())).code).toBe(2);
  });

  test('a fact that is not there is said to be not there', async () => {
    expect((await tenure(...question, OPERATION)).code).toBe(1);
  });
});
