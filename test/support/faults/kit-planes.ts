import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type pg from 'pg';
import type { Kit } from '../../sdk/conformance/kits.ts';
import { eventually } from '../eventually.ts';
import { healedWithinMs } from './healing.ts';
import { readPositions, readTruth, type Heads, type LogTruth } from './log-truth.ts';

const SAMPLE_MS = 100;

export type ReaderStart = { registryUrl: string; natsUrl?: string | undefined } & {
  token: string;
  log: string;
  root: string;
};
type Stats = { heads: Heads; unwritten: number; refused: Record<string, number> };

/** A plane of each kit on one log, and every head that any of them was ever seen with. */
export class KitPlanes {
  readonly kits: readonly Kit[];
  readonly #start: ReaderStart;
  readonly #folder: string;
  readonly #seen = new Map<string, { kit: string; shard: string } & Heads[string]>();
  #watching: Promise<void> | undefined;

  constructor(kits: readonly Kit[], start: ReaderStart, folder: string) {
    this.kits = kits;
    this.#start = start;
    this.#folder = folder;
  }

  directoryOf({ name }: Kit): string {
    return join(this.#folder, name);
  }

  /** Opens them all, from whatever their directories hold, and looks at them from now on. */
  async open(): Promise<void> {
    await this.#all((kit) => {
      return { op: 'open', ...this.#start, directory: this.directoryOf(kit) };
    });
    this.#watching = this.#watch();
  }

  async ready(): Promise<void> {
    await this.#all(() => ({ op: 'ready' }));
  }

  /** Asks them nothing until it is told to: their processes may be suspended. */
  async unwatch(): Promise<void> {
    const watching = this.#watching;
    this.#watching = undefined;
    await watching;
  }

  async close(): Promise<void> {
    await this.unwatch();
    await this.#all(() => ({ op: 'close' }));
  }

  stats(): Promise<Stats[]> {
    return Promise.all(this.kits.map((kit) => this.#stats(kit)));
  }

  /** Answers of all kits to one question. */
  ask(question: object): Promise<unknown[]> {
    return Promise.all(this.kits.map(({ ask }) => ask(question)));
  }

  async freshness(): Promise<string[]> {
    const answers = (await this.ask({ op: 'freshness' })) as { freshness: string }[];
    return answers.map(({ freshness }) => freshness);
  }

  /**
   * After each fault (DESIGN 9, I5): every plane is as the registry says, and none was ever seen
   * with anything that the registry has not signed.
   */
  async expectEqual(database: pg.Pool, withinMs = healedWithinMs()): Promise<void> {
    const until = performance.now() + withinMs;
    const options = { withinMs, everyMs: SAMPLE_MS, what: 'every plane is where the registry is' };
    await eventually(async () => {
      const wanted = await readPositions(database);
      for (const { kit, positions } of await this.#positions()) {
        expect({ kit, positions }).toEqual({ kit, positions: wanted });
      }
    }, options);
    await eventually(
      async () => {
        const truth = await readTruth(database);
        for (const kit of this.kits) await this.#expectTruth(kit, truth);
      },
      { withinMs: until - performance.now(), what: 'every plane equals the registry' },
    );
    await this.expectOnlySigned(database);
  }

  /** The second half of {@link expectEqual}, which holds at any moment. */
  async expectOnlySigned(database: pg.Pool): Promise<void> {
    const { held } = await readTruth(database);
    const seen = [...this.#seen.values()];
    expect(seen.filter(({ shard, position, hash }) => !held(shard, position, hash))).toEqual([]);
  }

  async #positions() {
    const stats = await this.stats();
    return stats.map(({ heads }, at) => ({
      kit: this.kits[at]?.name,
      positions: Object.fromEntries(
        Object.entries(heads).map(([shard, { position }]) => [shard, position]),
      ),
    }));
  }

  async #expectTruth(kit: Kit, { heads, asked }: LogTruth): Promise<void> {
    const stats = await this.#stats(kit);
    expect({ kit: kit.name, heads: bare(stats.heads) }).toEqual({ kit: kit.name, heads });
    const answers = await Promise.all(asked.map(({ question }) => kit.ask(question)));
    for (const [at, { question, answer }] of asked.entries()) {
      expect({ kit: kit.name, question, answer: answers[at] }).toMatchObject({ answer });
    }
  }

  async #stats(kit: Kit): Promise<Stats> {
    const stats = (await kit.ask({ op: 'stats' })) as Stats;
    if (!('heads' in stats)) throw new Error(`${kit.name}: ${JSON.stringify(stats)}`);
    for (const [shard, head] of Object.entries(bare(stats.heads))) {
      const seen = { kit: kit.name, shard, ...head };
      this.#seen.set(JSON.stringify(seen), seen);
    }
    return stats;
  }

  async #watch(): Promise<void> {
    await Promise.resolve(); // `open` has named this loop
    while (this.#watching !== undefined) {
      await this.stats();
      await sleep(SAMPLE_MS);
    }
  }

  async #all(request: (kit: Kit) => object): Promise<void> {
    const answers = await Promise.all(this.kits.map((kit) => kit.ask(request(kit))));
    for (const [at, answer] of answers.entries()) {
      expect({ kit: this.kits[at]?.name, answer }).toMatchObject({ answer: { ok: true } });
    }
  }
}

function bare(heads: Heads): Heads {
  const entries = Object.entries(heads);
  return Object.fromEntries(
    entries.map(([shard, { position, index, hash }]) => [shard, { position, index, hash }]),
  );
}
