import { expect } from '@jest/globals';
import { extendTrial, getTrial } from '../../../api/trials/routes.ts';
import { SagaEngineError } from '../../../ports/saga-engine.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { beginTrial, setTrial } from '../../support/api/sold.ts';

describeAnswers({
  route: getTrial,
  valid: async (api) => ({ path: `/v1/tenants/${(await beginTrial(api)).tenant}/trial` }),
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ state: 'running', endsAt: '2030-01-01T00:00:00.000Z' });
      return answer;
    },
  },
});

describeAnswers({
  route: extendTrial,
  valid: async (api) => ({
    method: 'POST',
    path: `/v1/tenants/${(await beginTrial(api)).tenant}/trial/extend`,
    body: { endsAt: '2030-02-01T00:00:00Z' },
  }),
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      const [[operation, message] = []] = api.engine.messages;
      expect(answer.json).toMatchObject({ saga: operation });
      expect(message).toMatchObject({
        name: 'extend',
        told: { endsAtMs: Date.parse('2030-02-01T00:00:00Z') },
      });
      return answer;
    },
    'request-invalid': async (api, valid) => {
      const answer = await api.ask({ ...valid, body: { endsAt: 'tomorrow' } });
      expect(answer.json).toMatchObject({ errors: [{ at: '/endsAt' }] });
      return answer;
    },
    'trial-over': async (api, valid) => {
      setTrial(api, valid.path.split('/')[3] ?? '', { state: 'converted' });
      const gone = new SagaEngineError('saga-not-found', 'It has ended.');
      api.engine.update = () => Promise.reject(gone);
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ detail: 'It is converted.' });
      return answer;
    },
    'command-refused': async (api, valid) => {
      api.engine.refusal = 'The new end is not later than the present one.';
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ detail: api.engine.refusal });
      return answer;
    },
    'engine-unavailable': (api, valid) => {
      api.engine.mode = 'absent';
      return api.ask(valid);
    },
  },
});
