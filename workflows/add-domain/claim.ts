import { ApplicationFailure, condition } from '@temporalio/workflow';
import { LOOK } from '../../domain/custom-domain.ts';
import type { Call } from '../shared/call.ts';
import type { SagaInput, SagaRef } from '../shared/contract.ts';
import { commandRefused } from '../shared/failures.ts';
import { receive } from '../shared/message.ts';
import { DOMAIN_UNPROVEN } from './contract.ts';
import type { DomainActivities, DomainTold } from './contract.ts';

/** The pause grows with what was waited: a week of looks stays some hundreds (DESIGN 5.5). */
const WAITED_PER_PAUSE = 50;

/** A claim that is looked after until its record is seen, or its time is over. */
export class Claim {
  readonly #input: SagaInput;
  readonly #ref: SagaRef;
  #beganAtMs = 0;
  /** How often somebody asked to look. */
  #asked = 0;
  #proven = false;

  constructor(input: SagaInput) {
    this.#input = input;
    this.#ref = { operation: input.operation, tenant: input.tenant };
  }

  /** Takes messages from here on: before the first step, or what comes early is lost. */
  listen(): void {
    receive<DomainTold>(
      LOOK,
      (told) => this.#mayAsk(told),
      () => void (this.#asked += 1),
    );
  }

  /** Throws when its time is over. */
  async proven(call: Call<DomainActivities>): Promise<void> {
    this.#beganAtMs ||= Date.now();
    for (;;) {
      const asked = this.#asked;
      this.#proven = await call('proveDomain', this.#ref, Date.now());
      if (this.#proven) return;
      const leftMs = this.#beganAtMs + this.#input.timing.waitMs['domain-claim'] - Date.now();
      if (leftMs <= 0) throw unproven();
      await condition(() => this.#asked > asked, Math.min(leftMs, this.#pauseMs()));
    }
  }

  #pauseMs(): number {
    const waitedMs = Date.now() - this.#beganAtMs;
    return Math.max(this.#input.timing.waitMs['domain-look'], waitedMs / WAITED_PER_PAUSE);
  }

  #mayAsk(told: DomainTold | undefined): void {
    if (told?.domain !== this.#ref.operation)
      throw commandRefused('It is the saga of another domain.');
    if (this.#proven) throw commandRefused('The domain is proven already.');
  }
}

function unproven(): ApplicationFailure {
  const message = 'The record that proves the domain was not seen in time.';
  return ApplicationFailure.nonRetryable(message, DOMAIN_UNPROVEN);
}
