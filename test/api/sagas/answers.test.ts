import { expect } from '@jest/globals';
import {
  cancelSaga,
  getSaga,
  listSagas,
  resumeSaga,
  unwindSaga,
} from '../../../api/sagas/routes.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { provision } from '../../support/api/provisioned.ts';

describeAnswers({
  route: getSaga,
  valid: async (api) => ({ path: `/v1/sagas/${(await provision(api)).saga}` }),
  cases: { 200: (api, valid) => api.ask(valid) },
});

describeAnswers({
  route: listSagas,
  valid: () => ({ path: '/v1/sagas?state=running' }),
  cases: {
    200: async (api, valid) => {
      const { saga } = await provision(api);
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ sagas: [{ id: saga }], next: null });
      expect((await api.ask({ path: '/v1/sagas?state=parked' })).json).toMatchObject({ sagas: [] });
      return answer;
    },
    'cursor-invalid': (api) => api.ask({ path: '/v1/sagas?cursor=x' }),
  },
});

const commands = [
  ['resume', resumeSaga],
  ['unwind', unwindSaga],
  ['cancel', cancelSaga],
] as const;

for (const [command, route] of commands) {
  describeAnswers({
    route,
    valid: async (api) => ({
      method: 'POST',
      path: `/v1/sagas/${(await provision(api)).saga}/${command}`,
    }),
    cases: {
      202: async (api, valid) => {
        const answer = await api.ask(valid);
        expect(api.engine.told).toEqual([[expect.any(String), command]]);
        return answer;
      },
      'saga-ended': async (api) => {
        const { saga } = await provision(api, 'ended');
        api.registry.activate(saga);
        return api.ask({ method: 'POST', path: `/v1/sagas/${saga}/${command}` });
      },
      'command-refused': async (api, valid) => {
        api.engine.refusal = 'It is past activate.';
        const answer = await api.ask(valid);
        expect(answer.json).toMatchObject({ detail: 'It is past activate.' });
        return answer;
      },
      'engine-unavailable': (api, valid) => {
        api.engine.mode = 'absent';
        return api.ask(valid);
      },
    },
  });
}
