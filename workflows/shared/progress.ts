import {
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

  get state(): SagaState {
    return this.#state;
  }

  step(name: string, state: StepProgress['state']): void {
    const step = this.#steps.find((row) => row.name === name);
    if (step === undefined) return;
    if (state === 'running') step.startedAtMs ??= Date.now();
    if (state === 'done' || state === 'failed' || state === 'undone') step.endedAtMs = Date.now();
    step.state = state;
    this.#show();
  }

  /** While it goes on: row and search attributes; waits for the row, but not for ever. */
  async change(state: SagaState, reason: SagaReason | null): Promise<void> {
    this.#change(state, reason);
    const { recordProgress } = proxyActivities<SagaActivities>({
      summary: `Record: ${state}`,
      startToCloseTimeout: RECORD_WITHIN_MS,
      scheduleToCloseTimeout: RECORD_WITHIN_MS,
      retry: { maximumInterval: this.#input.timing.maxBackoffMs },
      priority: { fairnessKey: this.#input.tenant },
    });
    try {
      await recordProgress(this.#ref(), this.view());
    } catch (error) {
      log.warn('the change of state is not in the row yet', { state, error: String(error) });
    }
  }

  /** The last word, until it is written. A local activity: it costs no round trip. */
  async end(state: 'done' | 'unwound'): Promise<void> {
    this.#change(state, this.#reason);
    const { recordProgress } = proxyLocalActivities<SagaActivities>({
      summary: `Record: ${state}`,
      startToCloseTimeout: this.#input.timing.attemptTimeoutMs,
      retry: { maximumInterval: this.#input.timing.maxBackoffMs },
    });
    await recordProgress(this.#ref(), this.view());
  }

  #change(state: SagaState, reason: SagaReason | null): void {
    this.#state = state;
    this.#reason = reason;
    upsertSearchAttributes([
      { key: sagaStateKey, value: state },
      { key: sagaStepKey, value: reason?.step ?? null },
    ]);
    this.#show();
  }

  #ref() {
    return { operation: this.#input.operation, tenant: this.#input.tenant };
  }

  #show(): void {
    setCurrentDetails(formatChecklist(this.view()));
  }
}
