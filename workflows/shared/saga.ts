import { CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';
import { createCall } from './call.ts';
import { Commands } from './commands.ts';
import type { SagaInput } from './contract.ts';
import { isPermanent, mayTakeEffectLate, reasonOf, unwoundByOperator } from './failures.ts';
import { Parking } from './parking.ts';
import { Progress } from './progress.ts';
import type { Step } from './step.ts';
import { UndoStack } from './undo-stack.ts';

/**
 * Runs a saga's table from top to bottom (DESIGN 5). Before the pivot a permanent failure, a cancel
 * or an operator's `unwind` takes everything back, and the first cause is thrown at the end. From
 * the pivot's scheduling on it only goes forward: what fails then is retried, or parks.
 */
export async function runSaga<A>(input: SagaInput, steps: readonly Step<A>[]): Promise<void> {
  const pivot = steps.findIndex((step) => step.pivot === true);
  const beforePivot = new CancellationScope();
  const progress = new Progress(
    input,
    steps.map((step) => step.name),
  );
  const commands = new Commands(
    () => progress.view(),
    () => beforePivot.cancel(),
  );
  const parking = new Parking(input, progress, commands);
  const undos = new UndoStack<A>(input, progress, parking);
  const run: Run<A> = { input, progress, parking, undos, at: '' };
  try {
    await beforePivot.run(async () => {
      for (const step of steps.slice(0, pivot)) {
        undos.push(step);
        await runStep(run, step, 'widening');
      }
      throwIfCancelled();
    });
    commands.refuseUnwind('It is past its pivot: the change is committed or being committed.');
    await CancellationScope.nonCancellable(async () => {
      for (const step of steps.slice(pivot))
        await runStep(run, step, step.pivot === true ? 'pivot' : 'forward');
      await progress.end('done');
    });
  } catch (error) {
    const cause = commands.unwindAsked ? unwoundByOperator() : error;
    commands.refuseUnwind('It is unwinding already.');
    await CancellationScope.nonCancellable(() => undos.unwind(reasonOf(run.at, cause)));
    throw cause;
  }
}

type Phase = 'widening' | 'pivot' | 'forward';

interface Run<A> {
  readonly input: SagaInput;
  readonly progress: Progress;
  readonly parking: Parking;
  readonly undos: UndoStack<A>;
  /** Name of the step that runs: where a cause came up. */
  at: string;
}

/** Returns when the step is done, however long that takes; throws what unwinds the saga. */
async function runStep<A>(run: Run<A>, step: Step<A>, phase: Phase): Promise<void> {
  const { input, progress, parking, undos } = run;
  run.at = step.name;
  const queue = step.queue === undefined ? {} : { queue: step.queue };
  const call = createCall<A>(input, {
    activityId: step.name,
    summary: step.title,
    onAttempt: (attempt) => {
      if (attempt > 1) undos.noteLate(step);
    },
    ...queue,
  });
  for (;;) {
    progress.step(step.name, 'running');
    try {
      await step.do(call);
      progress.step(step.name, 'done');
      return;
    } catch (error) {
      if (mayTakeEffectLate(error)) undos.noteLate(step);
      throwIfCancelled();
      const unwinds = isCancellation(error) || (isPermanent(error) && phase !== 'forward');
      progress.step(step.name, unwinds ? 'failed' : 'parked');
      if (unwinds) throw error;
      await parking.wait({
        reason: reasonOf(step.name, error),
        as: 'parked',
        afterwards: { state: 'running', reason: null },
        limited: phase === 'widening',
        ...queue,
      });
    }
  }
}

/** A cancel that came between two steps counts before the next one is scheduled. */
function throwIfCancelled(): void {
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('the saga was cancelled');
}
