import { moveTenant } from '../../../api/tenants/moving.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { activate } from '../../support/api/provisioned.ts';
import { accepts, busyBy, frozen, idempotency, setAll } from '../../support/api/tenant-changes.ts';

describeAnswers({
  route: moveTenant,
  valid: async (api) => {
    const { tenant } = await activate(api);
    setAll(api, { isolation: 'silo' });
    return { method: 'POST', path: `/v1/tenants/${tenant}/move`, body: { isolation: 'pool' } };
  },
  cases: {
    ...idempotency,
    202: (api, valid) => accepts(api, valid, 'moveTenant'),
    'request-invalid': (api, valid) => api.ask({ ...valid, body: { isolation: 'both' } }),
    'tenant-busy': busyBy,
    'isolation-same': (api, valid) => api.ask({ ...valid, body: { isolation: 'silo' } }),
    'tenant-state': (api, valid) => {
      setAll(api, frozen);
      return api.ask(valid);
    },
  },
});
