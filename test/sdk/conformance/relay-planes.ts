import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PlaneState } from './expected-state.ts';
import type { Kit } from './kits.ts';
import { countsOf, departureOf, stateOf } from './plane-state.ts';

const must = async ({ name, ask }: Kit, request: object): Promise<void> => {
  const answer = (await ask(request)) as { ok?: boolean };
  if (answer.ok !== true) throw new Error(`${name}: ${JSON.stringify(answer)}`);
};

/** One plane of each kit, on a directory of its own. */
export class RelayPlanes {
  /** How often each kit refused, by code; of planes that were counted. */
  readonly refused: Record<string, Record<string, number>> = {};
  /** How many planes of each kit rested on a snapshot. */
  readonly resting: Record<string, number> = {};
  readonly #kits: readonly Kit[];
  readonly #options: object;
  readonly #folder = mkdtempSync(join(tmpdir(), 'tenure-relay-'));
  #isOpen = false;

  /** `options`: of `open`, but for the directory. */
  constructor(kits: readonly Kit[], options: object) {
    this.#kits = kits;
    this.#options = options;
  }

  /** New planes of all kits, which have nothing. */
  async boot(): Promise<void> {
    if (this.#isOpen) await this.#shut();
    this.#isOpen = true;
    await this.#each(async (kit) => {
      const directory = join(this.#folder, kit.name);
      rmSync(directory, { recursive: true, force: true });
      await must(kit, { op: 'open', ...this.#options, directory });
      await must(kit, { op: 'ready' });
    });
  }

  /** Throws where one departs from the truth. */
  async assureTruth(truth: PlaneState): Promise<void> {
    await this.#each(async (kit) => {
      const departure = departureOf(await stateOf(kit), truth);
      if (departure !== undefined) throw new Error(`${kit.name}: ${departure}`);
    });
  }

  /** Throws where two kits told of a snapshot's faults otherwise: nothing else is by the clock. */
  async assureSameRefusals(): Promise<void> {
    const told = await Promise.all(
      this.#kits.map(async (kit) => {
        const { refused } = await countsOf(kit);
        const codes = Object.entries(refused).filter(([code]) => code.startsWith('state-'));
        return [kit.name, Object.fromEntries(codes)] as const;
      }),
    );
    const [first] = told;
    const other = told.find(([, codes]) => !isDeepStrictEqual(codes, first?.[1]));
    if (other !== undefined) throw new Error(`of a snapshot: ${JSON.stringify([first, other])}`);
  }

  /** To be called after a failure too. */
  async end(): Promise<void> {
    await this.#each((kit) => kit.ask({ op: 'close' }));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Closes them, and keeps what they have counted. */
  async #shut(): Promise<void> {
    await this.#each(async (kit) => {
      await this.#count(kit);
      await must(kit, { op: 'close' });
    });
  }

  async count(): Promise<void> {
    await this.#each((kit) => this.#count(kit));
  }

  async #count(kit: Kit): Promise<void> {
    const [{ refused, snapshot }, sums] = [await countsOf(kit), (this.refused[kit.name] ??= {})];
    for (const [code, times] of Object.entries(refused)) sums[code] = (sums[code] ?? 0) + times;
    this.resting[kit.name] = (this.resting[kit.name] ?? 0) + (snapshot > 0 ? 1 : 0);
  }

  async #each(act: (kit: Kit) => Promise<unknown>): Promise<void> {
    const done = await Promise.allSettled(this.#kits.map(act));
    const failed = done.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
