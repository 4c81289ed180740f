import { expect } from '@jest/globals';
import { getHealth, getReadiness } from '../../../api/health/routes.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';

describeAnswers({
  route: getHealth,
  valid: () => ({ path: '/healthz', token: null }),
  cases: {
    200: (api, valid) => {
      api.breakStore(new Error('down'));
      return api.ask(valid);
    },
  },
});

describeAnswers({
  route: getReadiness,
  valid: () => ({ path: '/readyz', token: null }),
  cases: {
    200: async (api, valid) => {
      api.engine.mode = 'absent';
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ dependencies: { store: 'ok', engine: 'unreachable' } });
      return answer;
    },
    503: async (api, valid) => {
      api.breakStore(new Error('postgres://secret@db is down'));
      const answer = await api.ask(valid);
      expect(answer.text).not.toContain('secret');
      return answer;
    },
  },
});
