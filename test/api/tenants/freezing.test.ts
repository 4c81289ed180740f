import { expect } from '@jest/globals';
import { cancelTenant, unfreezeTenant } from '../../../api/tenants/freezing.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import type { Answers } from '../../support/api/describe-answers.ts';
import { activate, provision } from '../../support/api/provisioned.ts';
import type { Answer, Ask, TestApi } from '../../support/api/test-api.ts';

type Cases = Answers['cases'];

function setAll(api: TestApi, part: Partial<Tenant>): void {
  const { tenants } = api.registry.rows;
  for (const tenant of tenants.values()) tenants.set(tenant.id, { ...tenant, ...part });
}

const frozen = { state: 'frozen', stateBefore: 'trial' } as const;

const sagaOf = (answer: Answer): string =>
  (answer.json as unknown as { saga: { id: string } }).saga.id;

const idempotency: Cases = {
  'idempotency-in-flight': (api, valid) => {
    api.registry.inFlight.add('k1');
    return api.ask({ ...valid, headers: { 'Idempotency-Key': 'k1' } });
  },
  'idempotency-key-reused': async (api, valid) => {
    const headers = { 'Idempotency-Key': 'k1' };
    await api.ask({ ...valid, headers });
    const { tenant } = await activate(api, 'other');
    setAll(api, api.registry.rows.tenants.values().next().value ?? {});
    const path = valid.path.replace(/[0-9a-f-]{36}/, tenant);
    return api.ask({ ...valid, headers, path });
  },
};

async function accepts(api: TestApi, valid: Ask, kind: string): Promise<Answer> {
  const headers = { 'Idempotency-Key': 'k1' };
  const answer = await api.ask({ ...valid, headers });
  const saga = sagaOf(answer);
  expect(answer.headers.get('Location')).toBe(`/v1/sagas/${saga}`);
  expect(answer.json).toMatchObject({ saga: { kind } });
  expect(api.engine.started).toContain(saga);
  expect(sagaOf(await api.ask({ ...valid, headers }))).toBe(saga);
  return answer;
}

async function busyBy(api: TestApi, valid: Ask): Promise<Answer> {
  const first = await api.ask(valid);
  const second = await api.ask(valid);
  expect(sagaOf(first)).toBe((second.json as unknown as { saga: string }).saga);
  return second;
}

describeAnswers({
  route: cancelTenant,
  valid: async (api) => {
    const { tenant } = await activate(api);
    return { method: 'POST', path: `/v1/tenants/${tenant}/cancel`, body: { reason: 'unpaid' } };
  },
  cases: {
    ...idempotency,
    202: (api, valid) => accepts(api, valid, 'freezeTenant'),
    'tenant-busy': async (api, valid) => {
      await busyBy(api, valid);
      // What is still being provisioned is busy too, and a freeze at work is named by a second one.
      const made = await provision(api, 'young');
      const path = valid.path.replace(/[0-9a-f-]{36}/, made.tenant);
      expect((await api.ask({ ...valid, path })).json).toMatchObject({ saga: made.saga });
      const { tenant } = await activate(api, 'thawing');
      setAll(api, frozen);
      // One that is being unfrozen is frozen only until then.
      const unfreeze = { method: 'POST', path: `/v1/tenants/${tenant}/unfreeze` } as const;
      const again = { ...valid, path: `/v1/tenants/${tenant}/cancel` };
      const saga = sagaOf(await api.ask(unfreeze));
      expect((await api.ask(again)).json).toMatchObject({ saga });
      return api.ask(valid);
    },
    'request-invalid': async (api, valid) => {
      const answer = await api.ask({ ...valid, body: { reason: 'they were rude' } });
      const detail = expect.stringContaining('unpaid, abuse, request.');
      expect(answer.json).toMatchObject({ errors: [{ at: '/reason', detail }] });
      return answer;
    },
    'tenant-frozen': (api, valid) => {
      setAll(api, frozen);
      return api.ask(valid);
    },
    'tenant-state': (api, valid) => {
      setAll(api, { state: 'archived' });
      return api.ask(valid);
    },
  },
});

describeAnswers({
  route: unfreezeTenant,
  valid: async (api) => {
    const { tenant } = await activate(api);
    setAll(api, frozen);
    return { method: 'POST', path: `/v1/tenants/${tenant}/unfreeze` };
  },
  cases: {
    ...idempotency,
    202: async (api, valid) => {
      const answer = await accepts(api, valid, 'unfreezeTenant');
      expect(answer.json).toMatchObject({ tenant: frozen });
      return answer;
    },
    'tenant-busy': busyBy,
    'tenant-not-frozen': (api, valid) => {
      setAll(api, { state: 'active', stateBefore: null });
      return api.ask(valid);
    },
  },
});
