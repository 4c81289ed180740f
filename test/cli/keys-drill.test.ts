import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { assertAnew, rehearse } from '../../cli/drill.ts';
import { runCli } from '../../cli/program.ts';
import { concatBytes } from '../../facts/core/bytes.ts';
import { preAuthEncoding } from '../../facts/core/pae.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { leafHash } from '../../facts/crypto/hash.ts';
import { formatBundle } from '../../facts/log/entry-bundle.ts';
import { formatTilePath } from '../../facts/log/tile-path.ts';
import { TreeBuilder } from '../../facts/log/tree.ts';
import { FactWriter, KEY_ID, LOG, memberDraft } from '../sdk/support/fact-writer.ts';
import { checkpointNote, keySetNote, ROOT_KEY } from '../sdk/support/log-writer.ts';
import { writeHistory } from '../sdk/support/plane-fixture.ts';
import { ACME, GLOBEX, memberId } from '../sdk/support/tenants.ts';

/** Six facts, then four of two tenants: a change, two new members, and one of them removed. */
function history(): FactWriter {
  const writer = new FactWriter();
  writeHistory(writer);
  writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
  writer.write(ACME, memberDraft(memberId(2), 'ann', ['viewer']));
  writer.write(GLOBEX, memberDraft(memberId(3), 'bob', ['viewer']));
  const subject = `member:${memberId(2)}`;
  writer.write(ACME, { kind: 'membership', subject, op: 'retract', body: {} });
  return writer;
}

describe('a rehearsed compromise', () => {
  const { facts } = history();

  test('ends with the state from before, whatever was void', async () => {
    for (const count of [1, 4, 7, facts.length, 1_000]) {
      const voided = Math.min(count, facts.length);
      const rehearsed = await rehearse(LOG, facts, count);
      expect(rehearsed).toMatchObject({ voided, copied: facts.length, refused: [], isWhole: true });
    }
  });

  test('counts what was void, whose it was, and what readers missed meanwhile', async () => {
    expect(await rehearse(LOG, facts, 4)).toMatchObject({
      ...{ voided: 4, tenants: 2, asserted: 3 },
      // Ann was never there; Jane was a viewer again, and Bob a stranger.
      changed: 2,
    });
  });

  test('copies the newest facts of a longer log just as well', async () => {
    expect(await rehearse(LOG, facts.slice(-3), 2)).toMatchObject({ copied: 3, isWhole: true });
  });

  test('negative control: without asserting anew it ends otherwise', async () => {
    const skipped = await rehearse(LOG, facts, 4, () => []);
    expect(skipped).toMatchObject({ asserted: 0, refused: [], isWhole: false });
    const half = await rehearse(LOG, facts, 4, (all, voided) => assertAnew(all, voided.slice(1)));
    expect(half.isWhole).toBe(false);
  });
});

describe('tenure keys drill', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenure-drill-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const bundlePath = (width: number) => formatTilePath({ level: 'entries', index: 0, width });

  function writeLog({ facts }: FactWriter): void {
    const payloads = facts.map(encodePayload);
    const tree = new TreeBuilder();
    for (const payload of payloads) tree.append(leafHash(payload));
    const width = payloads.length;
    write('keys/1', keySetNote());
    write('checkpoint', checkpointNote(width, tree.root()));
    if (width === 0) return;
    const hashes = concatBytes(...payloads.map(leafHash));
    write(formatTilePath({ level: 0, index: 0, width }), hashes);
    write(bundlePath(width), formatBundle(payloads.map(preAuthEncoding)));
  }

  async function drill(...args: string[]) {
    let [out, err] = ['', ''];
    const io = {
      env: {},
      tty: false,
      out: (text: string) => (out += text),
      err: (text: string) => (err += text),
    };
    const trust = ['--from', folder, '--root', ROOT_KEY];
    const code = await runCli(['keys', 'drill', ...trust, ...args], io);
    return { code, out, err };
  }

  test('reads the copy of a log alone, and says what to type when it is real', async () => {
    const writer = history();
    writeLog(writer);
    const { code, out, err } = await drill('--facts', '4');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('4 facts, of 2 tenants');
    expect(out).toContain('holds what it held before');
    const from = writer.facts.length - 4;
    expect(out).toContain(`tenure keys revoke ${KEY_ID} --from ${from} --root ROOT-FILE --yes`);
    const json = JSON.parse((await drill('--facts', '4', '--json')).out) as object;
    expect(json).toMatchObject({ voided: 4, asserted: 3, isWhole: true, refused: [] });
  });

  test('a log that is empty, or not what its hashes say, is a sentence', async () => {
    writeLog(new FactWriter());
    expect(await drill()).toMatchObject({ code: 1, err: expect.stringContaining('no facts yet') });
    const writer = history();
    writeLog(writer);
    const path = join(folder, bundlePath(writer.facts.length));
    const bytes = readFileSync(path);
    bytes.write('"sub":"joan"', bytes.indexOf('"sub":"jane"'));
    writeFileSync(path, bytes);
    const { code, err } = await drill();
    expect([code, err]).toEqual([1, expect.stringContaining('tile-malformed')]);
    expect(err).toContain('tenure log audit');
  });

  test('a number of facts that is none is refused', async () => {
    expect(await drill('--facts', '0')).toMatchObject({
      code: 2,
      err: expect.stringContaining('1 or more'),
    });
  });
});
