import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  sleep,
  TemporalFailure,
} from '@temporalio/workflow';
import { createCall } from './call.ts';
import type { Call } from './call.ts';
import { Commands } from './commands.ts';
import type { SagaInput } from './contract.ts';
import {
  isPermanent,
  mayStillRun,
  mayTakeEffectLate,
  reasonOf,
  unwoundByOperator,
} from './failures.ts';
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
  const run: Run<A> = { input, progress, parking, undos, at: '', asked: 0 };
  try {
    await beforePivot.run(async () => {
      for (const step of steps.slice(0, pivot)) {
        throwIfCancelled();
        undos.push(step);
        await runStep(run, step, 'widening');
      }
      throwIfCancelled();
    });
    commands.refuseUnwind('It is past its pivot: the change is committed or being committed.');
    await CancellationScope.nonCancellable(async () => {
      for (const step of steps.slice(pivot, pivot + 1)) await runStep(run, step, 'pivot');
    });
  } catch (error) {
    // A bug of this library is no reason to take anything back: Temporal tries the task again.
    if (!(error instanceof TemporalFailure)) throw error;
    const cause = commands.unwindAsked ? unwoundByOperator() : error;
    commands.refuseUnwind('It is unwinding already.');
    await CancellationScope.nonCancellable(() => undos.unwind(reasonOf(run.at, cause)));
    throw cause;
  }
  // Out of reach of the undos: whatever is thrown here, a committed change stays.
  await CancellationScope.nonCancellable(async () => {
    for (const step of steps.slice(pivot + 1)) await runStep(run, step, 'forward');
    await progress.end('done');
  });
}

type Phase = 'widening' | 'pivot' | 'forward';

interface Run<A> {
  readonly input: SagaInput;
  readonly progress: Progress;
  readonly parking: Parking;
  readonly undos: UndoStack<A>;
  /** Name of the step that runs: where a cause came up. */
  at: string;
  /** How often it was seen to whether a step is still needed. */
  asked: number;
}

/** Returns when the step is done, however long that takes; throws what unwinds the saga. */
async function runStep<A>(run: Run<A>, step: Step<A>, phase: Phase): Promise<void> {
  const { input, progress, parking, undos } = run;
  run.at = step.name;
  let settledAtMs = 0;
  const noteLate = (running: boolean) => {
    settledAtMs = Math.max(settledAtMs, undos.noteLate(step, running));
  };
  const queue = step.queue === undefined ? {} : { queue: step.queue };
  const call = createCall<A>(input, {
    activityId: step.name,
    summary: step.title,
    onAttempt: (attempt) => {
      if (attempt > 1) noteLate(false);
    },
    ...queue,
  });
  if (step.when?.() === false) {
    undos.forget(step);
    return progress.step(step.name, 'skipped');
  }
  for (;;) {
    progress.step(step.name, step.waits ? 'waiting' : 'running');
    try {
      if (step.waits) await progress.change('waiting', null);
      const done = await doStep(run, step, call);
      const unsettledMs = settledAtMs - Date.now();
      if (step.settles && unsettledMs > 0) await sleep(unsettledMs);
      if (step.settles === 'again' && unsettledMs > 0) continue;
      progress.step(step.name, done ? 'done' : endedEarly(step));
      if (step.waits) await progress.change('running', null);
      return;
    } catch (error) {
      if (step.mayFail) return progress.step(step.name, 'failed');
      if (mayTakeEffectLate(error)) noteLate(mayStillRun(error));
      const cancelled = phase === 'widening' && (isCancelled() || isCancellation(error));
      const refused = phase !== 'forward' && isPermanent(error);
      progress.step(step.name, cancelled || refused ? 'failed' : 'parked');
      if (refused) throw error;
      if (cancelled) throw new CancelledFailure('the saga was cancelled');
      const again = await parking.wait({
        reason: reasonOf(step.name, error),
        as: 'parked',
        afterwards: { state: 'running', reason: null },
        limited: phase === 'widening',
        // Its outcome must become known, whether somebody comes or not.
        personal: phase !== 'pivot',
        ...queue,
        ...(step.until === undefined ? {} : { until: () => neededNoMore(run, step) }),
      });
      throwIfCancelled();
      if (!again) return progress.step(step.name, endedEarly(step));
    }
  }
}

/** False: it was not needed to its end. */
async function doStep<A>(run: Run<A>, step: Step<A>, call: Call<A>): Promise<boolean> {
  const { do: work, until } = step;
  if (until === undefined) {
    await work(call);
    return true;
  }
  const doing = new CancellationScope();
  const asking = new CancellationScope();
  try {
    return await Promise.race([
      doing.run(() => work(call)).then(() => true),
      asking.run(() => neededNoMore(run, step)).then(() => false),
    ]);
  } finally {
    doing.cancel();
    asking.cancel();
  }
}

/** Numbered as probes are: the one before may still be closing. */
async function neededNoMore<A>(run: Run<A>, step: Step<A>): Promise<void> {
  const activityId = `until-${step.name}-${++run.asked}`;
  const summary = `See whether ${step.name} is still needed`;
  await step.until?.(createCall<A>(run.input, { activityId, summary }));
}

/** What waits has no other end; what was tried is left. */
function endedEarly<A>({ waits }: Step<A>): 'done' | 'skipped' {
  return waits ? 'done' : 'skipped';
}

/** A cancel that came between two steps counts before the next one is scheduled. */
function throwIfCancelled(): void {
  if (isCancelled()) throw new CancelledFailure('the saga was cancelled');
}

function isCancelled(): boolean {
  return CancellationScope.current().consideredCancelled;
}
