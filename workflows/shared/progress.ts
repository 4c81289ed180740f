import {
  ActivityCancellationType,
  log,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { SagaReason, SagaState, StepProgress } from '../../domain/operation.ts';
import { formatChecklist } from './checklist.ts';
import type { Checklist, SagaActivities, SagaInput } from './contract.ts';
import { sagaStateKey, sagaStepKey } from './search-attributes.ts';

/** The row is a courtesy while the store is down; the query and the UI tell the same meanwhile. */
const RECORD_WITHIN_MS = 30_000;
/** Longer, and the local activity would hold its workflow task with heartbeats. */
const END_WITHIN_MS = 5_000;

/** Where the saga stands: told to the UI at each step, to row and search on a change of state. */
export class Progress {
  readonly #input: SagaInput;
  readonly #steps: { -readonly [K in keyof StepProgress]: StepProgress[K] }[];
  #state: SagaState = 'running';
  #reason: SagaReason | null = null;

  constructor(input: SagaInput, names: readonly string[]) {
    this.#input = input;
    this.#steps = names.map((name) => ({ name, state: 'pending' }));
    this.#show();
  }

  view(): Checklist {
    return { state: this.#state, reason: this.#reason, steps: this.#steps };
  }

  step(name: string, state: StepProgress['state']): void {
    const step = this.#steps.find((row) => row.name === name);
    if (step === undefined) return;
    if (state === 'running' || state === 'waiting') step.startedAtMs ??= Date.now();
    if (state === 'done' || state === 'failed' || state === 'undone') step.endedAtMs = Date.now();
    step.state = state;
    this.#show();
  }

  /** Row and search attributes. False: the row could not be written soon, the saga goes on. */
  async change(state: SagaState, reason: SagaReason | null): Promise<boolean> {
    this.#change(state, reason);
    const { retryBudgetMs } = this.#input.timing;
    const withinMs = Math.min(RECORD_WITHIN_MS, retryBudgetMs);
    try {
      await this.#record({ scheduleToCloseTimeout: withinMs });
      return true;
    } catch (error) {
      log.warn('the change of state is not in the row yet', { state, error: String(error) });
      return false;
    }
  }

  /** Until it is written, however long the store is away, or until the scope is cancelled. */
  async catchUp(): Promise<void> {
    await this.#record({});
  }

  /** The last word. A local activity costs no round trip; a store that is away takes its time. */
  async end(state: 'done' | 'unwound'): Promise<void> {
    this.#change(state, this.#reason);
    const { attemptTimeoutMs, maxBackoffMs } = this.#input.timing;
    const { recordProgress } = proxyLocalActivities<SagaActivities>({
      summary: `Record: ${state}`,
      startToCloseTimeout: attemptTimeoutMs,
      scheduleToCloseTimeout: Math.min(END_WITHIN_MS, attemptTimeoutMs),
      retry: { maximumInterval: maxBackoffMs },
    });
    await recordProgress(this.#ref(), this.view()).catch(() => this.#record({}));
  }

  #record(limit: { scheduleToCloseTimeout?: number }): Promise<void> {
    const { attemptTimeoutMs, firstBackoffMs, maxBackoffMs } = this.#input.timing;
    const { recordProgress } = proxyActivities<SagaActivities>({
      summary: `Record: ${this.#state}`,
      startToCloseTimeout: attemptTimeoutMs,
      retry: { initialInterval: firstBackoffMs, maximumInterval: maxBackoffMs },
      // An older state must not be written after a newer one.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      priority: { fairnessKey: this.#input.tenant },
      ...limit,
    });
    return recordProgress(this.#ref(), this.view());
  }

  #change(state: SagaState, reason: SagaReason | null): void {
    this.#state = state;
    this.#reason = reason;
    upsertSearchAttributes([
      { key: sagaStateKey, value: state },
      { key: sagaStepKey, value: reason?.step ?? this.#waitingStep() },
    ]);
    this.#show();
  }

  #waitingStep(): string | null {
    return this.#steps.find(({ state }) => state === 'waiting')?.name ?? null;
  }

  #ref() {
    return { operation: this.#input.operation, tenant: this.#input.tenant };
  }

  #show(): void {
    setCurrentDetails(formatChecklist(this.view()));
  }
}
