import type { Mutation } from './bundle.ts';

export const WAITING_SAGA = 'test/support/sagas/waiting-saga.ts';

/** The step that version 2 has more, before the wait: where sagas of version 1 already were. */
function withMeasure(when: string): string {
  return `
    {
      name: 'measure',
      title: 'Measure it',
      touches: 'database',
      ${when}
      do: (call) => call('measure', operation),
      undo: (call) => call('unmeasure', operation),
    },
    {
      name: 'wait',`;
}

const BEFORE_THE_WAIT = `
    {
      name: 'wait',`;

/** Version 2 as it is to be written: sagas from before skip the step. */
export const PATCHED: Mutation = {
  file: WAITING_SAGA,
  text: BEFORE_THE_WAIT,
  by: withMeasure(`when: () => workflow.patched('measure'),`),
};

/** Version 2 without the guard. */
export const UNPATCHED: Mutation = {
  file: WAITING_SAGA,
  text: BEFORE_THE_WAIT,
  by: withMeasure(''),
};
