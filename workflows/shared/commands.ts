import { defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { RESUME, STATE, UNWIND } from '../../domain/saga-protocol.ts';
import type { Checklist, SagaView } from './contract.ts';
import { commandRefused } from './failures.ts';

export const stateQuery = defineQuery<SagaView>(STATE);
export const resumeUpdate = defineUpdate<void>(RESUME);
export const resumeSignal = defineSignal(RESUME);
export const unwindUpdate = defineUpdate<void>(UNWIND);
export const unwindSignal = defineSignal(UNWIND);

/**
 * What people may tell a saga. Updates are refused by validators with a sentence; signals have the
 * same rules, and what they may not do is dropped. Handlers end at once: nothing to wait for.
 */
export class Commands {
  #waiting = false;
  #resumes = 0;
  #unwindAsked = false;
  /** Why unwinding is refused now. */
  #unwindRefused: string | undefined;
  readonly #onUnwind: () => void;

  constructor(view: () => Checklist, onUnwind: () => void) {
    this.#onUnwind = onUnwind;
    setHandler(stateQuery, () => ({
      ...view(),
      mayUnwind: this.#unwindRefused === undefined,
    }));
    setHandler(resumeUpdate, () => this.#resume(), { validator: () => this.#mayResume() });
    setHandler(resumeSignal, () =>
      this.#ifAllowed(
        () => this.#mayResume(),
        () => this.#resume(),
      ),
    );
    setHandler(unwindUpdate, () => this.#unwind(), { validator: () => this.#mayUnwind() });
    setHandler(unwindSignal, () =>
      this.#ifAllowed(
        () => this.#mayUnwind(),
        () => this.#unwind(),
      ),
    );
  }

  get unwindAsked(): boolean {
    return this.#unwindAsked;
  }

  refuseUnwind(because: string): void {
    this.#unwindRefused = because;
  }

  /** A condition that holds once somebody resumes the wait that begins now. */
  awaitResume(): () => boolean {
    const before = this.#resumes;
    this.#waiting = true;
    return () => this.#resumes > before;
  }

  waitIsOver(): void {
    this.#waiting = false;
  }

  #resume(): void {
    this.#resumes += 1;
  }

  #unwind(): void {
    this.#unwindAsked = true;
    this.#unwindRefused = 'It is unwinding already.';
    this.#onUnwind();
  }

  #mayResume(): void {
    if (!this.#waiting) throw commandRefused('It is not parked: there is nothing to resume.');
  }

  #mayUnwind(): void {
    if (this.#unwindRefused !== undefined) throw commandRefused(this.#unwindRefused);
  }

  #ifAllowed(check: () => void, act: () => void): void {
    try {
      check();
    } catch {
      return;
    }
    act();
  }
}
