import { sleep } from '@temporalio/workflow';
import type { SagaReason } from '../../domain/operation.ts';
import { createCall } from './call.ts';
import type { SagaActivities, SagaInput } from './contract.ts';
import { reasonOf } from './failures.ts';
import type { Parking } from './parking.ts';
import type { Progress } from './progress.ts';
import type { Step } from './step.ts';

interface Entry<A> {
  readonly step: Step<A>;
  /** An attempt may still take effect until then; undefined: its outcome is known. */
  lateUntilMs: number | undefined;
}

/** The undos of what was begun, run last first and to the end (DESIGN 5.1, 5.4). */
export class UndoStack<A> {
  readonly #input: SagaInput;
  readonly #progress: Progress;
  readonly #parking: Parking;
  readonly #entries: Entry<A>[] = [];

  constructor(input: SagaInput, progress: Progress, parking: Parking) {
    this.#input = input;
    this.#progress = progress;
    this.#parking = parking;
  }

  /** Before the step is scheduled: a step that was killed half way has its undo here. */
  push(step: Step<A>): void {
    this.#entries.push({ step, lateUntilMs: undefined });
  }

  /** It was skipped: a saga from before it was added has nothing of it to take back. */
  forget(step: Step<A>): void {
    const at = this.#entries.findIndex((entry) => entry.step === step);
    if (at >= 0) this.#entries.splice(at, 1);
  }

  /**
   * An attempt ended without a known outcome; its outside system may go on for the settle time.
   * `running`: the attempt itself may go on, until its own deadline. Returns when it is over.
   */
  noteLate(step: Step<A>, running: boolean): number {
    const entry = this.#entries.find((candidate) => candidate.step === step);
    const attemptMs = running ? this.#input.timing.attemptTimeoutMs : 0;
    const untilMs = Date.now() + attemptMs + this.#settleMs(step);
    // An attempt that ends sooner does not shorten the wait for one that still runs.
    if (entry !== undefined) entry.lateUntilMs = Math.max(entry.lateUntilMs ?? 0, untilMs);
    return untilMs;
  }

  /** Takes everything back, the acceptance last. Returns when all of it is gone. */
  async unwind(why: SagaReason): Promise<void> {
    await this.#progress.change('unwinding', why);
    for (const entry of this.#entries.toReversed()) await this.#undo(entry, why);
    const { operation, tenant } = this.#input;
    await this.#untilDone('acceptance', why, async () => {
      const options = { activityId: 'undo-acceptance', summary: 'Free slug, host and lock' };
      const call = createCall<SagaActivities>(this.#input, options);
      await call('undoAcceptance', { operation, tenant });
    });
    await this.#progress.end('unwound');
  }

  async #undo({ step, lateUntilMs }: Entry<A>, why: SagaReason): Promise<void> {
    const { undo } = step;
    if (undo === undefined) return;
    const options = { activityId: `undo-${step.name}`, summary: `Undo: ${step.title}` };
    const undoOnce = () =>
      this.#untilDone(step.name, why, () => undo(createCall<A>(this.#input, options)));
    if (lateUntilMs !== undefined && lateUntilMs > Date.now())
      await sleep(lateUntilMs - Date.now());
    await undoOnce();
    if (lateUntilMs !== undefined) {
      await sleep(this.#settleMs(step));
      await undoOnce();
    }
    this.#progress.step(step.name, 'undone');
  }

  /** A compensation that fails parks as `unwinding`: giving up would leave something behind. */
  async #untilDone(name: string, why: SagaReason, work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        await this.#parking.wait({
          reason: reasonOf(name, error),
          as: 'unwinding',
          afterwards: { state: 'unwinding', reason: why },
          limited: false,
          personal: true,
        });
      }
    }
  }

  #settleMs(step: Step<A>): number {
    return Math.max(1, this.#input.timing.settleMs[step.touches] ?? 1);
  }
}
