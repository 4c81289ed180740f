import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { MAX_CHANGES } from '../../../api/http/rate-limit.ts';
import { ROUTES } from '../../../api/routes.ts';
import { startTestApi } from '../../support/api/test-api.ts';
import type { TestApi } from '../../support/api/test-api.ts';

const MANY = 3 * MAX_CHANGES.count;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  // No window ends, however slow the machine.
  jest.spyOn(Date, 'now').mockReturnValue(Date.now());
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

test('what is not authorized counts for nobody', async () => {
  const tenant = randomUUID();
  expect(refused(await askAtOnce(many(reactivate(tenant)), null))).toBe(0);
  expect(refused(await askAtOnce([reactivate(tenant)]))).toBe(0);
});

describe('a revocation waits for nobody, however much its tenant asks for:', () => {
  const others = ROUTES.map(({ spec }) => spec).filter(({ path, method, counted }) => {
    const isChange = path.startsWith('/v1/tenants/{tenant}') && method !== 'get';
    return isChange && counted !== true;
  });

  test.each(others)('$operationId', async ({ method, path }) => {
    const tenant = randomUUID();
    expect(refused(await askAtOnce(many(reactivate(tenant))))).toBeGreaterThan(0);
    const filled = path.replace('{tenant}', tenant).replaceAll(/\{\w+\}/g, randomUUID());
    const answer = await api.ask({ method: method.toUpperCase(), path: filled });
    expect(answer.status).not.toBe(429);
  });
});

test('what is counted gives something, and its path names the tenant', () => {
  const counted = ROUTES.map(({ spec }) => spec).filter((spec) => spec.counted === true);
  expect(counted.map(({ operationId }) => operationId).toSorted()).toEqual([
    'addDomain',
    'inviteMember',
    'lookForDomain',
    'reactivateMember',
    'requestProduct',
    'resendInvitation',
  ]);
  for (const { path } of counted) expect(path).toMatch(/^\/v1\/tenants\/\{tenant\}\//);
});
