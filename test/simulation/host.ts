import type { Dice } from './dice.ts';
import type { Scheduler } from './scheduler.ts';

/** What the world does to every call just now. */
export type Weather = {
  /** Chance that a call is lost, or done with its answer lost. */
  lossOfCalls: number;
  /** Of a message of the stream on its way to one reader: lost, or there twice. */
  lossOfMessages: number;
  /** A message takes up to this long: later ones overtake it. */
  messageDelayMs: number;
};

export const calmWeather = (): Weather => ({
  lossOfCalls: 0,
  lossOfMessages: 0,
  messageDelayMs: 4,
});

const CALL_MS = 3;
const TIMEOUT_MS = 200;

/** Hangs for ever: nobody is there who could be told. */
const never = (): Promise<never> => new Promise(() => undefined);

/** A machine with one process: it may stand still, be cut off, or die. */
export class Host {
  readonly name: string;
  /** It reaches nobody. */
  isCut = false;
  /** So many times as slow as others. */
  slowness = 1;
  #dead = false;
  #resumed: PromiseWithResolvers<void> | undefined;
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;
  readonly #weather: Weather;

  constructor(name: string, parts: { scheduler: Scheduler; dice: Dice; weather: Weather }) {
    this.name = name;
    this.#scheduler = parts.scheduler;
    this.#dice = parts.dice;
    this.#weather = parts.weather;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  get isPaused(): boolean {
    return this.#resumed !== undefined;
  }

  kill(): void {
    this.#dead = true;
  }

  pause(): void {
    this.#resumed ??= Promise.withResolvers();
  }

  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }

  /** Resolves while the process runs, and never when it is dead. */
  async running(): Promise<void> {
    if (this.#dead) await never();
    while (this.#resumed !== undefined) await this.#resumed.promise;
    if (this.#dead) await never();
  }

  /**
   * A call to somebody else, where `effect` happens at one moment. Both failures of a write are
   * there: lost, and done with the answer lost. So is the late one: a process that stands still
   * has sent its request before.
   */
  async call<T>(effect: () => T): Promise<T> {
    await this.running();
    const [sendMs, answerMs] = [this.#delayMs(), this.#delayMs()];
    const lost = this.#dice.chance(this.#weather.lossOfCalls);
    const answerLost = lost && this.#dice.chance(0.5);
    if (this.isCut || (lost && !answerLost)) return this.#fail();
    await this.#scheduler.sleep(sendMs);
    const result = effect();
    if (answerLost || this.isCut) return this.#fail();
    // Half of the answers are there at once: a task less.
    if (answerMs > CALL_MS / 2) await this.#scheduler.sleep(answerMs);
    await this.running();
    return result;
  }

  async #fail(): Promise<never> {
    await this.#scheduler.sleep(TIMEOUT_MS);
    await this.running();
    throw new Error(`${this.name}: no answer`);
  }

  #delayMs(): number {
    return this.#dice.between(0, CALL_MS * this.slowness);
  }
}
