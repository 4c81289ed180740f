import * as workflow from '@temporalio/workflow';
import type { Attempted, SagaInput } from '../../../workflows/shared/contract.ts';
import { receive } from '../../../workflows/shared/message.ts';
import { runSaga } from '../../../workflows/shared/saga.ts';
import type { Step } from '../../../workflows/shared/step.ts';

/** What the saga of the rolling upgrade calls. */
export interface WaitingActivities {
  reserve(operation: string): Promise<Attempted<void>>;
  free(operation: string): Promise<void>;
  measure(operation: string): Promise<Attempted<void>>;
  unmeasure(operation: string): Promise<void>;
  commit(operation: string): Promise<Attempted<void>>;
}

/** A saga of version 1, in the middle of which people are waited for. Version 2: `upgrade.ts`. */
export async function waitForAnswer(input: SagaInput): Promise<void> {
  const { operation } = input;
  let answered = false;
  receive(
    'answer',
    () => {},
    () => {
      answered = true;
    },
  );
  const steps: Step<WaitingActivities>[] = [
    {
      name: 'reserve',
      title: 'Reserve it',
      touches: 'database',
      do: (call) => call('reserve', operation),
      undo: (call) => call('free', operation),
    },
    {
      name: 'wait',
      title: 'Wait for an answer',
      touches: 'nothing',
      waits: true,
      do: () => workflow.condition(() => answered),
    },
    {
      name: 'commit',
      title: 'Commit it',
      touches: 'registry',
      pivot: true,
      do: (call) => call('commit', operation),
    },
  ];
  await runSaga(input, steps);
}
