import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import { activate } from '../support/api/provisioned.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

let api: TestApi;
let tenant: string;
beforeEach(async () => {
  api = await startTestApi();
  ({ tenant } = await activate(api));
});
afterEach(() => api.close());

async function tenure(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(['invitations', ...args], {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR },
    tty: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

const idOf = () => [...api.registry.rows.invitations.keys()][0] ?? '';

test('create invites as a plain member unless roles are given, and shows the invitation', async () => {
  const { code, out } = await tenure('create', tenant, 'bob@acme.example');
  expect([code, out]).toEqual([0, expect.stringMatching(/state +pending\ne-mail +bob@acme/)]);
  await tenure('create', tenant, 'eve@acme.example', '--role', 'org-owner', 'org-member');
  const roles = [...api.registry.rows.invitations.values()].map((row) => row.roles);
  expect(roles).toEqual([['org-member'], ['org-member', 'org-owner']]);
});

test('create with the same key again is the same invitation', async () => {
  const key = ['--idempotency-key', 'k1'];
  const first = await tenure('create', tenant, 'bob@acme.example', ...key);
  expect(await tenure('create', tenant, 'bob@acme.example', ...key)).toEqual(first);
});

test('create of one who is invited already exits with 1 and says what to do', async () => {
  await tenure('create', tenant, 'bob@acme.example');
  const { code, err } = await tenure('create', tenant, 'Bob@acme.example');
  expect([code, err]).toEqual([1, expect.stringMatching(/invited already.*\n.*revoke it first/)]);
});

test('list shows them by state, and says how to make one when there is none', async () => {
  expect((await tenure('list', tenant)).out).toContain('tenure invitations create');
  await tenure('create', tenant, 'bob@acme.example');
  expect((await tenure('list', tenant)).out).toMatch(/pending +bob@acme.example +org-member/);
  expect((await tenure('list', tenant, '--state', 'expired')).out).toContain('No such invitations');
  expect((await tenure('list', tenant, '--state', 'open')).code).toBe(2);
});

test('resend tells the saga, revoke ends the invitation', async () => {
  await tenure('create', tenant, 'bob@acme.example');
  expect(await tenure('resend', tenant, idOf())).toMatchObject({ code: 0 });
  expect(api.engine.messages).toMatchObject([[idOf(), { name: 'resend' }]]);
  expect((await tenure('revoke', tenant, idOf())).out).toMatch(
    /^Revoked\.\n\n(.*\n)*state +revoked/,
  );
  const { code, err } = await tenure('resend', tenant, idOf());
  expect([code, err]).toEqual([1, expect.stringContaining('The invitation has ended')]);
});
