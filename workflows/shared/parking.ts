import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import type { SagaReason } from '../../domain/operation.ts';
import type { Commands } from './commands.ts';
import type { SagaActivities, SagaInput } from './contract.ts';
import { parkedTooLong } from './failures.ts';
import type { Progress } from './progress.ts';

/** The third stop at one step for one cause waits for a person (DESIGN 5.5). */
const STOPS_BEFORE_A_PERSON = 3;

export interface Stop {
  readonly reason: SagaReason;
  /** The step's task queue, when not the saga's own: its worker may be what is missing. */
  readonly queue?: string;
  /** What it shows meanwhile, and what it returns to. */
  readonly as: 'parked' | 'unwinding';
  readonly afterwards: {
    readonly state: 'running' | 'unwinding';
    readonly reason: SagaReason | null;
  };
  /** Before the pivot: beyond the limit, in sum, the saga unwinds. */
  readonly limited: boolean;
  /** The third stop for one cause waits for a person; the pivot tries for ever. */
  readonly personal: boolean;
  /** Resolves when nobody needs the step any more. */
  readonly until?: () => Promise<void>;
}

/** A saga that waits: resumed by a probe that succeeds or by a person; never a loop of events. */
export class Parking {
  readonly #input: SagaInput;
  readonly #progress: Progress;
  readonly #commands: Commands;
  readonly #stops = new Map<string, number>();
  #parkedMs = 0;
  #probes = 0;

  constructor(input: SagaInput, progress: Progress, commands: Commands) {
    this.#input = input;
    this.#progress = progress;
    this.#commands = commands;
  }

  /** True: the step shall be tried again. Throws when cancelled or beyond the limit. */
  async wait(stop: Stop): Promise<boolean> {
    const { step, code } = stop.reason;
    const stops = (this.#stops.get(`${step}/${code}`) ?? 0) + 1;
    this.#stops.set(`${step}/${code}`, stops);
    const startedMs = Date.now();
    const resumed = this.#commands.awaitResume();
    const waiting = new CancellationScope();
    let recorded: Promise<unknown> = Promise.resolve();
    let again = true;
    try {
      const known = await this.#progress.change(stop.as, stop.reason);
      await waiting.run(() => {
        if (!known) recorded = this.#progress.catchUp().catch(() => undefined);
        const endings = [condition(resumed)];
        if (stop.until !== undefined)
          endings.push(neededNoMore(stop.until).then(() => void (again = false)));
        if (!stop.personal || stops < STOPS_BEFORE_A_PERSON) endings.push(this.#probe(stop));
        if (stop.limited) endings.push(this.#limit());
        return Promise.race(endings);
      });
    } finally {
      this.#commands.waitIsOver();
      waiting.cancel(); // the probe and the timer of a wait that is over
      this.#parkedMs += Date.now() - startedMs;
    }
    await recorded;
    await this.#progress.change(stop.afterwards.state, stop.afterwards.reason);
    return again;
  }

  /** One activity that Temporal retries: a week of it is one event, not a hundred thousand. */
  #probe({ reason: { step }, queue }: Stop): Promise<void> {
    const { timing, tenant, operation } = this.#input;
    const { probe } = proxyActivities<SagaActivities>({
      // Numbered: the one before may still be closing, and ids of open activities are unique.
      activityId: `probe-${step}-${++this.#probes}`,
      summary: `Wait until ${step} answers again`,
      startToCloseTimeout: timing.attemptTimeoutMs,
      retry: { initialInterval: timing.firstBackoffMs, maximumInterval: timing.maxBackoffMs },
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      priority: { fairnessKey: tenant },
      ...(queue === undefined ? {} : { taskQueue: queue }),
    });
    return probe({ operation, tenant }, step).catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      return new Promise(() => {}); // it can only fail by a bug: a person resumes
    });
  }

  async #limit(): Promise<void> {
    await sleep(Math.max(1, this.#input.timing.parkedLimitMs - this.#parkedMs));
    throw parkedTooLong();
  }
}

/**
 * An answer whose budget ended is asked for again, or an outage of the store would fail a committed
 * saga. Each turn costs a whole budget: no loop of events.
 */
async function neededNoMore(until: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await until();
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    }
  }
}
