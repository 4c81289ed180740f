import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import { createCall } from '../shared/call.ts';
import type { SagaInput } from '../shared/contract.ts';
import { isPermanent } from '../shared/failures.ts';
import type { TrialActivities } from './contract.ts';

/** So many times the wait `trial-reminder` before the end. */
const BEFORE_THE_END = [2, 1];

/** Mails before the end. They run beside the trial: no outage of the mail holds it up. */
export class Reminders {
  readonly #input: SagaInput;
  /** Of those for the present end. */
  #scope: CancellationScope | undefined;
  #endsAtMs = 0;
  /** Those at or before it were sent, or would have come too late. */
  #consideredMs = 0;
  #sent = 0;

  constructor(input: SagaInput) {
    this.#input = input;
  }

  /** For a new end: what was meant for the old one is not sent any more. */
  schedule(nowMs: number, endsAtMs: number): void {
    this.stop();
    this.#scope = new CancellationScope();
    this.#endsAtMs = endsAtMs;
    this.#consideredMs = nowMs;
  }

  get dueAtMs(): number {
    const waitMs = this.#input.timing.waitMs['trial-reminder'];
    const times = BEFORE_THE_END.map((before) => this.#endsAtMs - before * waitMs);
    return Math.min(...times.filter((atMs) => atMs > this.#consideredMs));
  }

  send(nowMs: number): void {
    this.#consideredMs = nowMs;
    const reminder = ++this.#sent;
    void this.#scope?.run(() => this.#untilSent(reminder, this.#endsAtMs)).catch(() => undefined);
  }

  stop(): void {
    this.#scope?.cancel();
  }

  async #untilSent(reminder: number, endsAtMs: number): Promise<void> {
    const { operation, tenant } = this.#input;
    const options = { activityId: `remind-${reminder}`, summary: 'Mail that the trial ends' };
    for (;;) {
      try {
        const call = createCall<TrialActivities>(this.#input, options);
        return await call('remindOfTrial', { operation, tenant }, endsAtMs, reminder);
      } catch (error) {
        if (isCancellation(error)) return;
        log.warn('the reminder of a trial was not sent', { reminder, error: String(error) });
        if (isPermanent(error)) return;
      }
    }
  }
}
