import { condition } from '@temporalio/workflow';
import { REVOKE } from '../../domain/offboarding.ts';
import type { SagaInput } from '../shared/contract.ts';
import { commandRefused } from '../shared/failures.ts';
import { receive } from '../shared/message.ts';
import type { RevokeTold } from './contract.ts';

/** The time in which a tenant that leaves can come back. */
export class Retention {
  readonly #input: SagaInput;
  #endsAtMs = 0;
  #revoked = false;
  #over = false;

  constructor(input: SagaInput) {
    this.#input = input;
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  /** Takes the message from here on: before the first step, or what comes early is lost. */
  listen(): void {
    receive<RevokeTold>(
      REVOKE,
      (told) => this.#mayRevoke(told),
      () => void (this.#revoked = true),
    );
  }

  /** Resolves at its end, or when it is revoked; nobody revokes it any more then. */
  async over(): Promise<void> {
    this.#endsAtMs ||= Date.now() + this.#input.timing.waitMs.retention;
    await condition(() => this.#revoked, Math.max(1, this.#endsAtMs - Date.now()));
    this.#over = true;
  }

  #mayRevoke(told: RevokeTold | undefined): void {
    if (told?.operation !== this.#input.operation)
      throw commandRefused('It is the saga of another offboarding.');
    // Once more is the same.
    if (this.#over && !this.#revoked)
      throw commandRefused('The retention is over: the tenant is being erased.');
  }
}
