import { section } from '../section.ts';
import { integer } from '../variables.ts';

const MS_PER_S = 1_000;
const MAX_BUDGET_S = 86_400;

export const sagas = section({
  title: 'Sagas',
  about: 'How patient sagas are.',
  variables: {
    SAGA_RETRY_BUDGET_S: integer(1, MAX_BUDGET_S).withDefault(
      '900',
      'Seconds that a failing step is tried again before the saga parks.',
    ),
  },
  build: ({ SAGA_RETRY_BUDGET_S }) => ({ retryBudgetMs: SAGA_RETRY_BUDGET_S * MS_PER_S }),
});
