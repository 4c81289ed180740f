import { expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { OPERATOR, startTestApi } from '../../support/api/test-api.ts';

/** In no UUID: the lines are full of them. */
const NAME = 'lovelace';

test('a request is one line with its id, and holds no personal data, token, query or body', async () => {
  const api = await startTestApi();
  try {
    const answer = await api.ask({
      method: 'POST',
      path: '/v1/tenants',
      body: { slug: 'acme', displayName: NAME, admin: { email: `${NAME}@acme.example` } },
      headers: { 'Idempotency-Key': 'the-key' },
    });
    await api.ask({ path: '/v1/tenants/by-slug/acme' });
    await api.ask({ path: `/${NAME}@acme.example?x=${NAME}@acme.example` });
    await eventually(() => api.log.length === 3);
    const [first] = api.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({
      requestId: answer.headers.get('Request-Id'),
      method: 'POST',
      route: '/v1/tenants',
      status: 202,
    });
    const all = api.log.join('');
    for (const told of [NAME, 'acme', OPERATOR, 'the-key']) expect(all).not.toContain(told);
  } finally {
    await api.close();
  }
});
