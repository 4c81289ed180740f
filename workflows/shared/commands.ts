import { defineQuery, setHandler } from '@temporalio/workflow';
import { RESUME, STATE, UNWIND } from '../../domain/saga-protocol.ts';
import type { Checklist, SagaView } from './contract.ts';
import { commandRefused } from './failures.ts';
import { receive } from './message.ts';

export const stateQuery = defineQuery<SagaView>(STATE);

/** What operators may tell every saga, and what they may ask it. */
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
    receive(
      RESUME,
      () => this.#mayResume(),
      () => this.#resume(),
    );
    receive(
      UNWIND,
      () => this.#mayUnwind(),
      () => this.#unwind(),
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
}
