import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rootName } from '../../facts/log/key-set.ts';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import { ISSUER, LOG } from '../sdk/support/fact-writer.ts';
import { NEXT_ROOT } from '../sdk/support/log-writer.ts';
import { ACME } from '../sdk/support/tenants.ts';
import { FactsFixture } from './facts-fixture.ts';

let fixture: FactsFixture;
beforeEach(async () => {
  fixture = await FactsFixture.start();
});
afterEach(() => fixture.stop());

const JANE = ['--tenant', ACME, '--issuer', ISSUER, '--sub', 'jane'];
const can = (permission: string, ...more: string[]) =>
  fixture.tenure(['plane', '--can', permission, ...JANE, ...more]);
const question = (permission: string): string =>
  `${JSON.stringify({ issuer: ISSUER, sub: 'jane', permission, tenant: ACME })}\n`;

test('one question: the exit code is the answer', async () => {
  expect(await can('invoice:read')).toMatchObject({ code: 0, out: 'allowed: granted (fresh)\n' });
  const denied = await can('invoice:write', '--json');
  const decision = { allowed: false, reason: 'no-permission', freshness: 'fresh' };
  expect([denied.code, JSON.parse(denied.out)]).toEqual([1, decision]);
});

test('questions are answered in their order, a bad one too, which exits with 2 at the end', async () => {
  const [whole, cut] = [question('invoice:read'), question('invoice:write')];
  const input = [whole + cut.slice(0, 9), `${cut.slice(9)}{"issuer":1}\n`, 'x\n', whole];
  const { code, out } = await fixture.tenure(['plane'], { input });
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { reason?: string; error?: string });
  expect(answers.map(({ reason, error }) => reason ?? error?.slice(0, 7))).toEqual([
    'granted',
    'no-permission',
    'line 3:',
    'line 4:',
    'granted',
  ]);
  expect(code).toBe(2);
});

test('an answer may be had with the facts that it rests on', async () => {
  const { code, out } = await can('invoice:read', '--explain');
  const [answer, ...because] = out.trim().split('\n');
  expect([code, answer]).toEqual([0, 'allowed: granted (fresh)']);
  expect(because).toEqual([
    expect.stringContaining(`tenant:${ACME}, seq 1`),
    expect.stringContaining('member:'),
    expect.stringContaining('role:viewer'),
  ]);
  const input = [question('invoice:read').replace('}', ',"explain":true}')];
  const lines = await fixture.tenure(['plane'], { input });
  expect(JSON.parse(lines.out)).toMatchObject({
    decision: { reason: 'granted' },
    because: [{ kind: 'tenant' }, { kind: 'membership' }, { kind: 'role' }],
  });
});

test('questions about API keys are answered too', async () => {
  const input = ['{"apiKey":"tenure_no"}\n', '{"apiKey":7}\n'];
  const { code, out } = await fixture.tenure(['plane'], { input });
  const [malformed, bad] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(malformed).toMatchObject({ allowed: false, reason: 'key-malformed' });
  expect([code, bad]).toEqual([2, { error: expect.stringContaining('line 2') }]);
});

test('with a directory it decides while the registry is dead, and says how fresh that is', async () => {
  const directory = ['--directory', join(fixture.folder, 'plane')];
  expect((await can('invoice:read', ...directory)).code).toBe(0);
  fixture.registry.down = true;
  expect(await can('invoice:read', ...directory, '--wait', '0')).toEqual({
    code: 0,
    out: 'allowed: granted (stale)\n',
    err: 'not caught up: the facts are stale\n',
  });
});

test('nothing to decide by is no answer: another root exits with 1, no registry with 3', async () => {
  const stranger = formatNoteKey(rootName(LOG), NEXT_ROOT.publicKey);
  const refused = await can('invoice:read', '--root', stranger);
  expect([refused.code, refused.out]).toEqual([1, '']);
  expect(refused.err).toContain('note-key-unknown');
  const alone = await can('invoice:read', '--url', 'http://127.0.0.1:1', '--wait', '0.1');
  expect([alone.code, alone.out]).toEqual([3, '']);
});

test.each([
  ['--can', 'invoice:read'],
  ['--wait', 'x'],
  ['--root', 'x'],
])('wrong usage exits with 2: %s %s', async (option, value) => {
  expect((await fixture.tenure(['plane', option, value])).code).toBe(2);
});
