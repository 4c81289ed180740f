import { CancellationScope, condition } from '@temporalio/workflow';
import type { ConvertTrial, ExtendTrial } from '../../domain/trials.ts';
import type { Call } from '../shared/call.ts';
import type { CommittedFact, SagaInput } from '../shared/contract.ts';
import { commandRefused, isPermanent, reasonOf } from '../shared/failures.ts';
import type { TrialActivities } from './contract.ts';
import { Reminders } from './reminders.ts';

type Told = ExtendTrial | ConvertTrial;

/** A message that waits for its answer, with what makes its commit the same in each retry. */
interface Asked {
  readonly told: Told;
  readonly n: number;
  readonly atMs: number;
  /** Undefined: not answered yet. */
  answer?: 'done' | { readonly refused: string };
}

/** The time between a trial's begin and its end: when that is, and what people make of it. */
export class Course {
  readonly #input: SagaInput;
  readonly #reminders: Reminders;
  readonly #asked: Asked[] = [];
  #messages = 0;
  /** 0 before it began. */
  #endsAtMs = 0;
  #outcome: 'converted' | 'over' | undefined;
  #facts: readonly CommittedFact[] = [];

  constructor(input: SagaInput) {
    this.#input = input;
    this.#reminders = new Reminders(input);
  }

  get outcome() {
    return this.#outcome;
  }

  /** Of its conversion. */
  get facts(): readonly CommittedFact[] {
    return this.#facts;
  }

  begin(nowMs: number, endsAtMs: number): void {
    this.#endsAtMs = endsAtMs;
    this.#reminders.schedule(nowMs, endsAtMs);
  }

  assureOpen(): void {
    if (this.#outcome !== undefined) throw commandRefused('The trial is over.');
  }

  /** Resolves when it was committed; throws the rule's refusal, and the trial goes on. */
  async ask(told: Told): Promise<void> {
    const asked: Asked = { told, n: ++this.#messages, atMs: Date.now() };
    this.#asked.push(asked);
    await CancellationScope.nonCancellable(() => condition(() => asked.answer !== undefined));
    if (asked.answer !== 'done') throw commandRefused(asked.answer?.refused ?? '');
  }

  /** Until it is over. Begun again after a stop: what has no answer yet is still there. */
  async run(call: Call<TrialActivities>): Promise<void> {
    while (this.#outcome === undefined) {
      const [next] = this.#asked;
      const nowMs = Date.now();
      if (next !== undefined) await this.#answer(next, call);
      else if (nowMs >= this.#endsAtMs) this.#outcome = 'over';
      else if (nowMs >= this.#reminders.dueAtMs) this.#reminders.send(nowMs);
      else await this.#untilSomethingIsDue(nowMs);
    }
    this.#reminders.stop();
    // Whoever asked behind the one that converted it.
    for (const each of this.#asked.splice(0)) each.answer = { refused: 'The trial is over.' };
  }

  async #untilSomethingIsDue(nowMs: number): Promise<void> {
    const dueAtMs = Math.min(this.#endsAtMs, this.#reminders.dueAtMs);
    await condition(() => this.#asked.length > 0, dueAtMs - nowMs);
  }

  async #answer(asked: Asked, call: Call<TrialActivities>): Promise<void> {
    try {
      await this.#commit(asked, call);
      asked.answer = 'done';
    } catch (error) {
      if (!isPermanent(error)) throw error;
      asked.answer = { refused: reasonOf('trial', error).message };
    }
    this.#asked.shift();
  }

  async #commit({ told, n, atMs }: Asked, call: Call<TrialActivities>): Promise<void> {
    const { operation, tenant } = this.#input;
    const ref = { operation, tenant };
    if ('plan' in told) {
      this.#facts = await call('convertTrial', ref, n, atMs, told.plan);
      this.#outcome = 'converted';
    } else {
      await call('extendTrial', ref, n, atMs, told.endsAtMs);
      this.begin(Date.now(), told.endsAtMs);
    }
  }
}
