import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_BODY_BYTES } from '../../../api/http/server.ts';
import { expectProblem } from '../../support/api/describe-answers.ts';
import { startTestApi } from '../../support/api/test-api.ts';
import type { Answer, Ask, TestApi } from '../../support/api/test-api.ts';

const REQUEST = { slug: 'acme', admin: { email: 'ada@acme.example' } };
const PROVIDER = {
  alias: 'corp',
  issuer: 'https://corp.example',
  authorizationUrl: 'https://corp.example/auth',
  tokenUrl: 'https://corp.example/token',
  jwksUrl: 'https://corp.example/jwks',
  clientId: 'tenure',
  clientSecret: 'a-client-secret',
};

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const post = (part: Partial<Ask>): Promise<Answer> =>
  api.ask({ method: 'POST', path: '/v1/tenants', ...part });

async function expectRefused(body: unknown, at: string): Promise<void> {
  const answer = await post({ body });
  expectProblem(answer, 'request-invalid');
  const { errors } = answer.json as unknown as { errors: { at: string; detail: string }[] };
  expect(errors.map((error) => error.at)).toEqual([at]);
  expect(errors[0]?.detail).toMatch(/^[A-Z].*\.$/);
  expect(api.registry.rows.operations.size).toBe(0);
}

describe('nothing is accepted for', () => {
  test.each([
    ['too short', 'ab'],
    ['empty', ''],
    ['too long', 'a'.repeat(41)],
    ['upper case', 'Acme'],
    ['an underscore', 'ac_me'],
    ['a leading dash', '-acme'],
    ['a trailing dash', 'acme-'],
    ['a reserved word', 'admin'],
    ['an xn-- look-alike', 'xn--acme-cua'],
    ['a letter that looks like another', 'аcme'],
    ['a dot', 'acme.eu'],
    ['a space', 'ac me'],
  ])('a slug that is or has %s', (_what, slug) => expectRefused({ ...REQUEST, slug }, '/slug'));

  test.each(['ada', 'ada@', '@acme.example', 'ada@acme', 'a da@acme.example', 'ada@acme..example'])(
    'the malformed e-mail "%s"',
    (email) => expectRefused({ ...REQUEST, admin: { email } }, '/admin/email'),
  );

  test('an unknown isolation mode', () =>
    expectRefused({ ...REQUEST, isolation: 'bunker' }, '/isolation'));

  test.each([
    ['of the body', { ...REQUEST, tenant_id: 'x' }, '/tenant_id'],
    ['of a part', { ...REQUEST, admin: { email: 'a@b.example', role: 'x' } }, '/admin/role'],
    ['that needs escaping', { ...REQUEST, 'a/b~c': 1 }, '/a~1b~0c'],
  ])('an unknown field %s', (_where, body, at) => expectRefused(body, at));

  test.each([
    ['a missing slug', { admin: REQUEST.admin }, '/slug'],
    ['a slug that is no text', { ...REQUEST, slug: 7 }, '/slug'],
    ['a missing admin', { slug: 'acme' }, '/admin'],
    ['an empty name', { ...REQUEST, displayName: '' }, '/displayName'],
    [
      'a name with NUL, which Postgres cannot hold',
      { ...REQUEST, displayName: 'a\0' },
      '/displayName',
    ],
    ['a name of two lines', { ...REQUEST, displayName: 'a\nb' }, '/displayName'],
    [
      'a provider without https',
      provider({ issuer: 'http://corp.example' }),
      '/identityProviders/0/issuer',
    ],
    [
      'a provider address that is no URL',
      provider({ jwksUrl: 'x' }),
      '/identityProviders/0/jwksUrl',
    ],
    ['a provider alias with a slash', provider({ alias: 'a/b' }), '/identityProviders/0/alias'],
    [
      'two providers of one alias',
      { ...REQUEST, identityProviders: [PROVIDER, PROVIDER] },
      '/identityProviders',
    ],
  ])('%s', (_what, body, at) => expectRefused(body, at));

  test('a request with several mistakes, which names them all', async () => {
    const answer = await post({ body: { slug: 'A', isolation: 'x', admin: {} } });
    const { errors } = answer.json as unknown as { errors: { at: string }[] };
    expect(errors.map(({ at }) => at).toSorted()).toEqual(['/admin/email', '/isolation', '/slug']);
  });
});

describe('the body', () => {
  test.each(['{"slug":', 'slug=acme', '"acme"', '[1', '{"a":1}}', '\u0000'])(
    'is refused when it is no JSON object: %j',
    async (raw) => expectProblem(await post({ raw }), 'body-malformed'),
  );

  test('is refused when it is an array or absent', async () => {
    expectProblem(await post({ raw: '[]' }), 'request-invalid');
    expectProblem(await post({ raw: '' }), 'request-invalid');
    expectProblem(await post({}), 'request-invalid');
  });

  test('may have 64 KiB and not a byte more', async () => {
    const filled = (bytes: number): string => {
      const rest = JSON.stringify({ ...REQUEST, displayName: '' }).length;
      return JSON.stringify({ ...REQUEST, displayName: 'x'.repeat(bytes - rest) });
    };
    expectProblem(await post({ raw: filled(MAX_BODY_BYTES) }), 'request-invalid');
    expectProblem(await post({ raw: filled(MAX_BODY_BYTES + 1) }), 'body-too-large');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
  ])('is refused as %s', async (type) =>
    expectProblem(
      await post({ body: REQUEST, headers: { 'Content-Type': type } }),
      'content-type-unsupported',
    ),
  );

  test('of a stranger is never read', async () => {
    expectProblem(await post({ raw: '{"slug":', token: null }), 'unauthorized');
  });
});

describe('paths and headers', () => {
  test.each([
    '/v1/tenants/acme',
    '/v1/tenants/00000000-0000-0000-0000-00000000000',
    '/v1/tenants/00000000-0000-0000-0000-00000000000A',
    '/v1/tenants/%00',
    '/v1/tenants/acme/members',
    '/v1/sagas/1',
  ])('the id in %s is no UUID', async (path) => {
    const answer = await api.ask({ path });
    expectProblem(answer, 'request-invalid');
  });

  test('broken percent-encoding finds nothing', async () => {
    expectProblem(await api.ask({ path: '/v1/tenants/%zz' }), 'not-found');
  });

  test.each(['', 'x'.repeat(256), 'a b'])('the Idempotency-Key "%s" is refused', async (key) => {
    const answer = await post({ body: REQUEST, headers: { 'Idempotency-Key': key } });
    expectProblem(answer, 'request-invalid');
  });

  test.each(['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'cursor=', 'offset=3'])(
    'the query %s is refused',
    async (query) => {
      expectProblem(await api.ask({ path: `/v1/tenants?${query}` }), 'request-invalid');
    },
  );

  test('a known path with another method names those it takes', async () => {
    const answer = await api.ask({ method: 'DELETE', path: '/v1/tenants' });
    expectProblem(answer, 'method-not-allowed');
    expect(answer.headers.get('Allow')).toBe('POST, GET');
  });
});

function provider(part: Partial<typeof PROVIDER>): unknown {
  return { ...REQUEST, identityProviders: [{ ...PROVIDER, ...part }] };
}
