import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MAX_CHANGES } from '../../../api/http/rate-limit.ts';
import { ROUTES } from '../../../api/routes.ts';
import { startTestApi } from '../../support/api/test-api.ts';
import type { TestApi } from '../../support/api/test-api.ts';

const MANY = 3 * MAX_CHANGES.count;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

/** Tenants and members that are not there: what is counted is counted before anybody looks. */
async function askAtOnce(paths: readonly string[], token?: null): Promise<number[]> {
  const answers = await Promise.all(
    paths.map((path) => api.ask({ method: 'POST', path, ...(token === null ? { token } : {}) })),
  );
  return answers.map(({ status }) => status);
}

const many = (path: string) => Array<string>(MANY).fill(path);
const refused = (statuses: readonly number[]) => statuses.filter((status) => status === 429).length;
const reactivate = (tenant: string) => `/v1/tenants/${tenant}/members/${randomUUID()}/reactivate`;

test('of one tenant as many are taken as there is room for, and others feel nothing', async () => {
  const [noisy, other] = [randomUUID(), randomUUID()];
  const paths = [...many(reactivate(noisy)), reactivate(other)];
  const statuses = await askAtOnce(paths);
  expect(refused(statuses)).toBe(MANY - MAX_CHANGES.count);
  expect(statuses.at(-1)).toBe(404);
});

test('all that a tenant asks for counts together, however its id is written', async () => {
  const tenant = randomUUID();
  const member = randomUUID();
  const ways = [
    reactivate(tenant),
    reactivate(tenant.toUpperCase()),
    `/v1/tenants/${tenant}/invitations/${member}/resend`,
  ];
  expect(refused(await askAtOnce(ways.flatMap(many)))).toBe(3 * MANY - MAX_CHANGES.count);
});

test('a revocation waits for nobody: it is never counted, and neither is what is refused', async () => {
  const tenant = randomUUID();
  expect(refused(await askAtOnce(many(reactivate(tenant)), null))).toBe(0);
  expect(refused(await askAtOnce(many(reactivate(tenant))))).toBeGreaterThan(0);
  const deactivate = reactivate(tenant).replace('reactivate', 'deactivate');
  expect(refused(await askAtOnce(many(deactivate)))).toBe(0);
});

test('what is counted begins something, and its path names the tenant', () => {
  const counted = ROUTES.map(({ spec }) => spec).filter((spec) => spec.counted === true);
  expect(counted.map(({ operationId }) => operationId).toSorted()).toEqual([
    'addDomain',
    'changeMemberRoles',
    'inviteMember',
    'lookForDomain',
    'reactivateMember',
    'requestProduct',
    'resendInvitation',
    'transferOwnership',
  ]);
  for (const { path } of counted) expect(path).toMatch(/^\/v1\/tenants\/\{tenant\}\//);
});
