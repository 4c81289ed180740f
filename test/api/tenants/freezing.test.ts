import { expect } from '@jest/globals';
import { cancelTenant, unfreezeTenant } from '../../../api/tenants/freezing.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { activate, provision } from '../../support/api/provisioned.ts';
import {
  accepts,
  busyBy,
  frozen,
  idempotency,
  leaving,
  sagaOf,
  setAll,
} from '../../support/api/tenant-changes.ts';

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
    'tenant-leaving': async (api, valid) => {
      setAll(api, { ...frozen, ...leaving });
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ saga: leaving.offboarding });
      return answer;
    },
    'tenant-not-frozen': (api, valid) => {
      setAll(api, { state: 'active', stateBefore: null });
      return api.ask(valid);
    },
  },
});
