import { random } from '../sdk/support/random.ts';

/** All chance of a simulated world: one seed, one world. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = random(seed);
    // Neighbouring seeds differ in few bits: the first numbers are alike.
    for (let skipped = 0; skipped < 3; skipped += 1) this.#next();
  }

  /** From `least` up to, and without, `below`; whole. */
  between(least: number, below: number): number {
    return least + Math.floor(this.#next() * (below - least));
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const picked = items[this.between(0, items.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }
}
