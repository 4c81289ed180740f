import { expect, test } from '@jest/globals';
import { fetchAll } from '../../cli/all-pages.ts';
import { createClient } from '../../cli/client.ts';
import { activate } from '../support/api/provisioned.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';

const MANY = 450;

test('a list of several pages is read to its end, with its filter on each page', async () => {
  const api = await startTestApi();
  try {
    const { tenant } = await activate(api);
    const path = `/v1/tenants/${tenant}/invitations`;
    await api.ask({ method: 'POST', path, body: { email: 'bob@acme.example', roles: [] } });
    const { invitations } = api.registry.rows;
    const [row] = invitations.values();
    for (let n = 0; n < MANY; n += 1) {
      const id = `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;
      invitations.set(id, { ...row!, id, state: n % 2 === 0 ? 'revoked' : 'expired' });
    }
    const client = createClient(api.url, OPERATOR);
    const list = (filter?: Record<string, string>) =>
      fetchAll(client, path, (page: { invitations: { id: string }[] }) => page.invitations, filter);
    const all = await list();
    expect(new Set(all.map(({ id }) => id))).toEqual(new Set(invitations.keys()));
    expect(all).toHaveLength(MANY + 1);
    expect(await list({ state: 'revoked' })).toHaveLength(MANY / 2);
  } finally {
    await api.close();
  }
});
