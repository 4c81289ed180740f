import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MAX_AT_WORK } from '../../../domain/operation.ts';
import { activate } from '../../support/api/provisioned.ts';
import { startTestApi } from '../../support/api/test-api.ts';
import type { TestApi } from '../../support/api/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

/** One after the other; the ids of their sagas, which are those of the invitations. */
async function invite(tenant: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const body = { email: `${at}@acme.example`, roles: ['org-member'] };
    const path = `/v1/tenants/${tenant}/invitations`;
    const { status, json } = await api.ask({ method: 'POST', path, body });
    expect(status).toBe(202);
    ids.push((json as unknown as { saga: { id: string } }).saga.id);
  }
  return ids;
}

const startedOf = (ids: readonly string[]) => ids.filter((id) => api.engine.started.includes(id));

test('a tenant that invites many has as many started as it may have at work', async () => {
  const { tenant } = await activate(api, 'noisy');
  const ids = await invite(tenant, MAX_AT_WORK + 2);
  expect(startedOf(ids)).toEqual(ids.slice(0, MAX_AT_WORK));
  const last = await api.ask({ method: 'GET', path: `/v1/sagas/${ids.at(-1)}` });
  expect(last.json).toMatchObject({ state: 'accepted' });
});

test('one whose answer is waited for is not at work: room for the next', async () => {
  const { tenant } = await activate(api, 'noisy');
  const ids = await invite(tenant, MAX_AT_WORK);
  const { operations } = api.registry;
  await operations.recordProgress(ids[0] ?? '', { state: 'waiting', reason: null, steps: [] }, 1);
  const { json } = await api.ask({
    method: 'POST',
    path: `/v1/tenants/${tenant}/invitations`,
    body: { email: 'next@acme.example', roles: ['org-member'] },
  });
  expect(api.engine.started).toContain((json as unknown as { saga: { id: string } }).saga.id);
});

test('another tenant’s is started meanwhile', async () => {
  const [noisy, other] = [await activate(api, 'noisy'), await activate(api, 'other')];
  await invite(noisy.tenant, MAX_AT_WORK + 2);
  const ids = await invite(other.tenant, 1);
  expect(startedOf(ids)).toEqual(ids);
});

test('one that shall be told is started first, whoever’s turn it is', async () => {
  const { tenant } = await activate(api, 'noisy');
  const [id = ''] = (await invite(tenant, MAX_AT_WORK + 1)).slice(-1);
  const path = `/v1/tenants/${tenant}/invitations/${id}/resend`;
  expect((await api.ask({ method: 'POST', path })).status).toBe(202);
  expect(api.engine.started).toContain(id);
});
