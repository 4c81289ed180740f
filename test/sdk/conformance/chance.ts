import { random } from '../support/random.ts';

/** Seeded choices: a run is told again by its seed. */
export class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = random(seed);
  }

  /** An integer, 0 or more, below `limit`. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** One of them. */
  of<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }

  isOneIn(n: number): boolean {
    return this.below(n) === 0;
  }
}
