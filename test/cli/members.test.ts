import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import type { LiveSaga } from '../../ports/saga-engine.ts';
import { activate } from '../support/api/provisioned.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

const BOB = '00000000-0000-0000-0000-00000000000b';

let api: TestApi;
let ann: string;
beforeEach(async () => {
  api = await startTestApi();
  ({ member: ann } = await activate(api));
  const { members } = api.registry.rows;
  members.push({ ...members[0]!, id: BOB, roles: ['org-member'], identity: null });
});
afterEach(() => api.close());

async function tenure(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(['members', ...args], {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

/** What was accepted last. */
const accepted = () => [...api.registry.rows.operations.values()].at(-1)?.input;

test('list shows who is a member, by the tenant’s slug', async () => {
  const { code, out } = await tenure('list', 'acme');
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(new RegExp(`${BOB} +active +org-member +–`)),
  ]);
});

test.each([
  [
    ['roles', 'acme', BOB, '--role', 'org-owner', 'org-member'],
    { change: 'roles', roles: ['org-member', 'org-owner'] },
  ],
  [['deactivate', 'acme', BOB], { change: 'deactivate', member: BOB }],
  [['remove', 'acme', BOB], { change: 'leave', member: BOB }],
] as const)('%j asks for it and says how to follow', async (args, input) => {
  const { code, out } = await tenure(...args);
  expect([code, out]).toEqual([0, expect.stringMatching(/^Accepted.\n\n.*tenure sagas show/)]);
  expect(accepted()).toMatchObject(input);
});

test('reactivate and transfer-ownership name whom they are about', async () => {
  expect((await tenure('transfer-ownership', 'acme', ann, BOB)).code).toBe(0);
  expect(accepted()).toMatchObject({ change: 'transfer-ownership', from: ann, to: BOB });
  const { members } = api.registry.rows;
  members.splice(1, 1, { ...members[1]!, state: 'inactive' });
  expect((await tenure('reactivate', 'acme', BOB)).code).toBe(0);
  expect(accepted()).toMatchObject({ change: 'reactivate', member: BOB });
});

test('the same key again is the same change', async () => {
  const again = () => tenure('deactivate', 'acme', BOB, '--idempotency-key', 'k1');
  expect(await again()).toEqual(await again());
});

test('--wait follows the saga, and one that waits exits with 1 and says what to do', async () => {
  const parked: LiveSaga = {
    ...{ state: 'parked', step: 'identity', reason: 'identity.unavailable', attempts: 3 },
    steps: [{ name: 'identity', state: 'parked', startedAtMs: 0 }],
  };
  api.engine.live = parked;
  const { code, err } = await tenure('deactivate', 'acme', BOB, '--wait');
  expect([code, err]).toEqual([1, expect.stringMatching(/parked at identity.*\n.*resume/)]);
});

test('the last owner stays: exit 1, and what to do', async () => {
  const { code, err } = await tenure('remove', 'acme', ann);
  expect([code, err]).toEqual([1, expect.stringMatching(/last owner.*\n.*transfer/)]);
});
