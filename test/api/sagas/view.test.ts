import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { LiveSaga } from '../../../ports/saga-engine.ts';
import { INVITE_LINK_SECRET } from '../../../ports/secrets.ts';
import { provision } from '../../support/api/provisioned.ts';
import { startTestApi } from '../../support/api/test-api.ts';
import type { TestApi } from '../../support/api/test-api.ts';

const LINK = 'https://id.test/realms/acme/login-actions/action-token?key=k';
const PARKED: LiveSaga = {
  state: 'parked',
  step: 'dns',
  reason: 'dns.unavailable',
  attempts: 7,
  steps: [
    { name: 'identity', state: 'done', startedAtMs: 1_000, endedAtMs: 1_250 },
    { name: 'dns', state: 'parked', startedAtMs: 1_250 },
  ],
};

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

test('a saga that answers is shown live: step, attempts, reason with what to do, times', async () => {
  const { saga } = await provision(api);
  api.engine.live = PARKED;
  const { json } = await api.ask({ path: `/v1/sagas/${saga}` });
  expect(json).toMatchObject({
    id: saga,
    state: 'parked',
    live: true,
    step: 'dns',
    attempts: 7,
    reason: {
      code: 'dns.unavailable',
      step: 'dns',
      whatToDo: expect.stringContaining('resume'),
    },
    steps: [
      { name: 'identity', ms: 250, startedAt: '1970-01-01T00:00:01.000Z' },
      { name: 'dns', state: 'parked', ms: null, endedAt: null },
    ],
  });
});

test('a saga that waits for people is shown at that step', async () => {
  const { saga } = await provision(api);
  const steps = [{ name: 'answer', state: 'waiting', startedAtMs: 1_000 }] as const;
  const progress = { state: 'waiting', reason: null, steps } as const;
  await api.registry.operations.recordProgress(saga, progress, 0);
  api.engine.mode = 'absent';
  expect((await api.ask({ path: `/v1/sagas/${saga}` })).json).toMatchObject({
    ...{ state: 'waiting', live: false, step: 'answer' },
  });
});

test.each(['absent', 'hangs'] as const)(
  'an engine that is %s costs the live detail and nothing else',
  async (mode) => {
    const { saga } = await provision(api);
    const reason = { step: 'dns', code: 'dns.forbidden', message: 'The key was refused.' };
    const progress = { state: 'parked', reason, steps: PARKED.steps } as const;
    await api.registry.operations.recordProgress(saga, progress, 0);
    api.engine.mode = mode;
    const { status, json } = await api.ask({ path: `/v1/sagas/${saga}` });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      state: 'parked',
      live: false,
      step: 'dns',
      attempts: null,
      reason: { message: 'The key was refused.' },
    });
  },
);

test('a request is accepted while the engine is away: the starter will start it', async () => {
  for (const mode of ['absent', 'hangs'] as const) {
    api.engine.mode = mode;
    const { saga } = await provision(api, `acme-${mode}`);
    expect(api.registry.rows.operations.get(saga)).toMatchObject({ state: 'accepted' });
  }
});

test('an ended saga is shown from its row, without asking the engine', async () => {
  const { saga } = await provision(api);
  api.registry.activate(saga);
  api.engine.mode = 'hangs';
  expect((await api.ask({ path: `/v1/sagas/${saga}` })).json).toMatchObject({
    state: 'done',
    live: false,
  });
});

test('the invite link is shown with the saga outside production', async () => {
  const { saga, tenant } = await provision(api);
  expect((await api.ask({ path: `/v1/sagas/${saga}` })).json).not.toHaveProperty('inviteLink');
  await api.registry.secrets.put(tenant, INVITE_LINK_SECRET, LINK);
  expect((await api.ask({ path: `/v1/sagas/${saga}` })).json).toMatchObject({ inviteLink: LINK });
});

test('the invite link is never shown in production', async () => {
  const production = await startTestApi({ showsInviteLinks: false });
  try {
    const { saga, tenant } = await provision(production);
    await production.registry.secrets.put(tenant, INVITE_LINK_SECRET, LINK);
    const { text } = await production.ask({ path: `/v1/sagas/${saga}` });
    expect(text).not.toContain('action-token');
  } finally {
    await production.close();
  }
});
