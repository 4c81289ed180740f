import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ruleOf } from '../../cli/fact-rules.ts';
import { rootName } from '../../facts/log/key-set.ts';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { ROOT as REPOSITORY } from '../../tools/run-command.ts';
import { stateOf } from '../sdk/support/state-writer.ts';
import { eventually } from '../support/eventually.ts';
import { LOG, memberDraft } from '../sdk/support/fact-writer.ts';
import { headOfLines, headsOf, NEXT_ROOT } from '../sdk/support/log-writer.ts';
import { ACME, GLOBEX, OUTSIDER, SHARD, memberId } from '../sdk/support/tenants.ts';
import { FactsFixture } from './facts-fixture.ts';

const STRANGER = formatNoteKey(rootName(LOG), NEXT_ROOT.publicKey);
const NOBODY = { TENURE_URL: 'http://127.0.0.1:1' };

let fixture: FactsFixture;
beforeEach(async () => {
  fixture = await FactsFixture.start();
});
afterEach(() => fixture.stop());

const facts = (args: string, around?: { env?: Record<string, string>; input?: string[] }) =>
  fixture.tenure(['facts', ...args.split(' ')], around);

/** The last signature's first character, changed. */
const spoil = (line: string): string =>
  line.replace(/"sig":"(.)/, (_, first: string) => `"sig":"${first === 'A' ? 'B' : 'A'}`);

describe('show', () => {
  test('prints the facts of that tenant and of no other, newest last', async () => {
    const { code, out } = await facts(`show ${ACME}`);
    expect(code).toBe(0);
    const [first, second, ...more] = out.trim().split('\n');
    expect(first).toMatch(/^2026-\S+ {2}aaaaaaaa-\S+ +1 {2}assert +tenant +tenant:\S+ {2}by test$/);
    expect(second).toContain(`member:${memberId(1)}`);
    expect(more).toEqual([]);
  });

  test('filters by kind and subject, and --live leaves what holds', async () => {
    const subject = `member:${memberId(1)}`;
    fixture.writer.write(ACME, memberDraft(memberId(1), 'jane', ['owner']));
    const seqs = async (args: string): Promise<number[]> => {
      const { out } = await facts(`show ${ACME} ${args} --json`);
      const shown = JSON.parse(out) as { facts: { fact: { seq: number } }[] };
      return shown.facts.map(({ fact }) => fact.seq);
    };
    expect(await seqs('--kind tenant')).toEqual([1]);
    expect(await seqs(`--subject ${subject}`)).toEqual([2, 3]);
    expect(await seqs('--live')).toEqual([1, 3]);
    fixture.writer.write(ACME, { kind: 'membership', subject, op: 'retract', body: {} });
    expect(await seqs('--live')).toEqual([1]);
    expect((await facts(`show ${ACME} --kind project`)).out).toBe('No such facts.\n');
  });

  test('a fact that the heartbeat counts and the registry keeps back is noticed', async () => {
    const lines = fixture.writer.linesOf(ACME);
    fixture.registry.overrides = { heads: headsOf({ [SHARD]: headOfLines(lines) }) };
    lines.pop();
    const { code, err } = await facts(`show ${ACME}`);
    expect([code, err]).toEqual([1, expect.stringContaining('3 facts by the heartbeat, 2 served')]);
  });

  test('without a heartbeat it says that the newest may be missing', async () => {
    fixture.registry.silent = true;
    const { code, err } = await facts(`show ${ACME}`);
    expect([code, err]).toEqual([0, expect.stringContaining('may be missing')]);
  });

  test('a line that was changed on its way is refused, with its place', async () => {
    fixture.registry.tamper = spoil;
    const { code, out, err } = await facts(`show ${ACME}`);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('shard 05, position 1: signature-invalid');
  });
});

describe('verify', () => {
  test('counts what it verified, from a file and from standard input', async () => {
    const { code, out } = await facts(`verify ${fixture.file(fixture.lines())} --json`);
    const counts = { facts: 6, tenants: 3, shards: 2, void: 0, log: LOG, keySet: 1 };
    expect([code, JSON.parse(out)]).toEqual([0, counts]);
    const piped = await facts('verify -', { input: [`${fixture.lines().join('\n')}\n`] });
    expect([piped.code, piped.out]).toEqual([0, expect.stringContaining('6, every one verified')]);
  });

  test.each<[FactErrorCode, (lines: string[]) => string[]]>([
    ['signature-invalid', (lines) => lines.with(4, spoil(lines[4] ?? ''))],
    ['position-gap', (lines) => lines.toSpliced(4, 1, lines[5] ?? '')],
    ['position-gap', (lines) => lines.toSpliced(4, 0, lines[3] ?? '')],
    ['line-malformed', (lines) => lines.with(4, 'x')],
  ])('the first bad line ends it: %s', async (code, change) => {
    const path = fixture.file(change(fixture.lines()));
    const ran = await facts(`verify ${path} --json`);
    const bad = { line: 5, code, rule: ruleOf(code) };
    expect([ran.code, JSON.parse(ran.out)]).toEqual([1, { verified: 4, bad }]);
    expect(ran.err).toMatch(new RegExp(`^line 5: .*\nThe rule: `));
  });

  test('a file that is not there is wrong usage', async () => {
    expect((await facts('verify /nonexistent/facts.txt')).code).toBe(2);
  });

  test('every check of a line in the specification has its rule in words', () => {
    const spec = readFileSync(join(REPOSITORY, 'facts/spec/facts-v1.md'), 'utf8');
    const [, section = ''] = spec.split('## Checks of a reader');
    const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| \d+ \|.*\| (.+) \|$/gm);
    const codes = [...rows].flatMap(([, cell = '']) => cell.match(/[a-z0-9-]+/g) ?? []);
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => ruleOf(code as FactErrorCode) === code)).toEqual([]);
  });
});

describe('tail', () => {
  const soon = { withinMs: 8_000 };

  test('prints what arrives once it has caught up, and ends at Ctrl-C with 0', async () => {
    const running = fixture.start(['facts', 'tail', '--tenant', ACME]);
    await eventually(() => expect(running.err()).toContain('caught up: 6 facts'), soon);
    expect(running.out()).toBe('');
    fixture.writer.write(GLOBEX, memberDraft(memberId(3), 'joe', []));
    fixture.writer.write(ACME, memberDraft(memberId(2), 'ann', []));
    await eventually(() => expect(running.out()).toContain(memberId(2)), soon);
    expect(running.out()).not.toContain(memberId(3));
    running.interrupt();
    expect(await running.ended).toBe(0);
  }, 20_000);

  test('--history begins with the first fact; --json gives one value for each line', async () => {
    // Its plane would begin behind the snapshot otherwise, and see none of these.
    fixture.registry.state = stateOf(fixture.writer);
    const running = fixture.start(['facts', 'tail', '--shard', '05', '--history', '--json']);
    await eventually(() => expect(running.out().trim().split('\n')).toHaveLength(3), soon);
    running.interrupt();
    expect(await running.ended).toBe(0);
    const [first] = running.out().split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ shard: 5, position: 1, fact: { seq: 1 } });
  });

  test('counts what a snapshot brought among what it has verified', async () => {
    fixture.registry.state = stateOf(fixture.writer);
    const running = fixture.start(['facts', 'tail', '--tenant', ACME]);
    await eventually(() => expect(running.err()).toContain('caught up: 6 facts'), soon);
    running.interrupt();
    expect(await running.ended).toBe(0);
  }, 20_000);

  test('says what it refuses', async () => {
    fixture.registry.tamper = spoil;
    const running = fixture.start(['facts', 'tail', '--shard', '05']);
    await eventually(() => expect(running.err()).toContain('refused (http): signature'), soon);
    running.interrupt();
    expect(await running.ended).toBe(0);
  });
});

describe('bad input', () => {
  const COMMANDS = [`show ${ACME}`, `explain ${ACME} --member ${memberId(1)}`, 'verify -', 'tail'];

  test.each(COMMANDS)('a root of another key exits with 1: %s', async (args) => {
    const { code, err } = await facts(args, { env: { TENURE_ROOT: STRANGER } });
    expect([code, err]).toEqual([1, expect.stringContaining('note-key-unknown')]);
  });

  test.each(COMMANDS)('no registry exits with 3: %s', async (args) => {
    const { code, err } = await facts(args, { env: NOBODY });
    expect([code, err]).toEqual([3, expect.stringContaining('http://127.0.0.1:1')]);
  });

  test.each(COMMANDS)('a wrong token exits with 1 and names the variable: %s', async (args) => {
    const { code, err } = await facts(args, { env: { READER_TOKEN: 'another-token-of-16' } });
    expect([code, err]).toEqual([1, expect.stringContaining('READER_TOKEN')]);
  });

  test.each(COMMANDS)('no root, or no root key, exits with 2: %s', async (args) => {
    const { code, err } = await facts(args, { env: { TENURE_ROOT: '' } });
    expect([code, err]).toEqual([2, expect.stringContaining('TENURE_ROOT')]);
    expect((await facts(`${args} --root x`)).code).toBe(2);
  });

  test.each([`show ${OUTSIDER}`, `explain ${OUTSIDER} --member ${memberId(1)}`])(
    'an unknown tenant exits with 1: %s',
    async (args) => {
      const { code, err } = await facts(args);
      expect([code, err]).toEqual([1, expect.stringContaining('There are no facts of tenant')]);
    },
  );

  test.each([
    'show acme',
    'tail --shard 1',
    'tail --shard GG',
    `tail --shard 05 --tenant ${ACME}`,
    `explain ${ACME}`,
    `explain ${ACME} --sub jane`,
    `explain ${ACME} --member jane`,
    `explain ${ACME} --member ${memberId(1)} --at 0`,
  ])('wrong usage exits with 2: %s', async (args) => {
    const { code, err } = await facts(args);
    expect([code, err.length > 0]).toEqual([2, true]);
  });
});
