import { expect, test } from '@jest/globals';
import { currentStep, STEP_STATES } from '../../domain/operation.ts';

const at = (state: (typeof STEP_STATES)[number]) =>
  currentStep([
    { name: 'before', state: 'done' },
    { name: 'it', state },
  ])?.name;

test('a saga is at the step that runs, waits or is parked', () => {
  expect(STEP_STATES.filter((state) => at(state) === 'it')).toEqual([
    ...['running', 'waiting', 'parked'],
  ]);
});
