import { proxyActivities } from '@temporalio/workflow';
import type { Attempted, SagaActivities, SagaInput } from '../workflows/shared/contract.ts';
import { runSaga } from '../workflows/shared/saga.ts';

export interface NoopActivities {
  bareNoop(): Promise<void>;
  noop(): Promise<Attempted<void>>;
}

export const STEPS = 6;
const PIVOT = 4;

export type BenchActivities = NoopActivities & SagaActivities;

/** What Temporal itself takes for so many activities, one after the other. */
export async function bare(activities = STEPS): Promise<void> {
  const { bareNoop } = proxyActivities<NoopActivities>({ startToCloseTimeout: 30_000 });
  for (let done = 0; done < activities; done += 1) await bareNoop();
}

/** The same by the saga library: undo stack, checklist, search attributes, the ending's record. */
export async function saga(input: SagaInput): Promise<void> {
  await runSaga<NoopActivities>(
    input,
    Array.from({ length: STEPS }, (_none, at) => ({
      name: `step-${at + 1}`,
      title: `Do nothing, ${at + 1}`,
      touches: 'nothing',
      do: (call) => call('noop'),
      ...(at < PIVOT ? { undo: () => Promise.resolve() } : {}),
      ...(at === PIVOT ? { pivot: true as const } : {}),
    })),
  );
}
