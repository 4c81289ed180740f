import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../../tools/servers/process.ts';
import type { Toxic } from '../../tools/servers/toxiproxy.ts';
import { suffer } from '../support/faults/sufferings.ts';
import type { LinkName, LinkedStack } from '../support/faults/linked-stack.ts';
import type { Break } from './cells.ts';
import type { PlannedBreak } from './orders.ts';

/** So long a blow waits for sagas that are about to reach the same. */
const GATHER_MS = 1_000;
const AWAY_MS = 300;
const LINKS_HURT_MS = 800;
const AFTER_ATTEMPT_MS = 500;
/** Beyond any `late`: nothing arrives before it is healed. */
const FOREVER_MS = 600_000;

export const VICTIMS = ['worker', 'sequencer', 'temporal', 'postgres', 'nats'] as const;
export type Victim = (typeof VICTIMS)[number];

/** A saga that is held where a blow is due. */
export interface Due {
  readonly planned: PlannedBreak;
  /** The process that holds it. */
  readonly process: string;
  /** Whose death it is, where the place is an outside system. */
  readonly server: Running | undefined;
  /** It goes on: the blow has fallen, or falls. */
  release(): void;
}

/** Deals the blows that hit all sagas at once: one at a time, and one for all that wait for it. */
export class Striker {
  /** Blows so far, and the one that is being dealt. */
  blows = 0;
  readonly #stack: LinkedStack;
  readonly #attemptMs: number;
  readonly #due: Due[] = [];
  #striking: Promise<void> | undefined;
  /** The first blow that could not be dealt: nothing that is seen after it proves anything. */
  #failure: Error | undefined;

  constructor(stack: LinkedStack, attemptMs: number) {
    this.#stack = stack;
    this.#attemptMs = attemptMs;
  }

  reached(due: Due): void {
    this.#due.push(due);
    this.#strikeDue();
  }

  /** One blow out of the blue; returns when what was killed answers again. */
  async kill(victim: Victim): Promise<void> {
    await this.quiet();
    this.blows += 1;
    this.#deal(async () => {
      await this.#stack[victim].kill('SIGKILL');
      await sleep(AWAY_MS);
      await this.#stack[victim].restart();
    });
    await this.#striking;
    this.#assureWhole();
  }

  /** Resolves when no blow is being dealt. Rejects once one failed: the world is broken then. */
  async quiet(): Promise<void> {
    while (this.#striking !== undefined) await this.#striking;
    this.#assureWhole();
  }

  #assureWhole(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Never rejects: whoever is quiet next is told. Then what became due meanwhile has its turn. */
  #deal(blows: () => Promise<void>): void {
    this.#striking = Promise.resolve()
      .then(blows)
      .catch((error: unknown) => {
        this.#failure ??= new Error(`a blow failed: ${String(error)}`, { cause: error });
      })
      .then(() => {
        this.#striking = undefined;
        this.#strikeDue();
      });
  }

  #strikeDue(): void {
    if (this.#striking === undefined && this.#due.length > 0) this.#deal(() => this.#strikeAll());
  }

  async #strikeAll(): Promise<void> {
    while (this.#due.length > 0) {
      await sleep(GATHER_MS);
      const first = this.#due[0];
      if (first === undefined) return;
      const { place } = first.planned;
      const struck = this.#due.filter(
        ({ planned, process, server }) =>
          isSame(planned, first.planned) &&
          server === first.server &&
          (place !== 'worker' || process === first.process),
      );
      for (const due of struck) {
        this.#due.splice(this.#due.indexOf(due), 1);
        due.planned.spent = true; // whoever comes back from the dead must know
      }
      this.blows += 1;
      const release = () => {
        for (const due of struck) due.release();
      };
      // Whoever is held goes on in any case, to be told that the blow failed.
      await this.#strike(first, release).finally(release);
    }
  }

  async #strike({ planned, process, server }: Due, release: () => void): Promise<void> {
    const { place, fault } = planned;
    const victim = place === 'worker' ? (process as Victim) : place;
    const killed = place === 'own' ? server : this.#stack[victim as Victim];
    if (fault === 'killed-before' || fault === 'killed-after') {
      if (killed === undefined) throw new TypeError('an embedded system dies inside the worker');
      await killed.kill('SIGKILL');
      release();
      await sleep(AWAY_MS);
      await killed.restart();
      return;
    }
    if (place === 'own' || place === 'worker') throw new TypeError(`no blow: ${fault} at ${place}`);
    const links = LINKS_TO[place].map((name) => this.#stack.links[name]);
    // `late`: longer than an attempt, and then all of it arrives at once.
    const ms = fault === 'late' ? this.#attemptMs + AFTER_ATTEMPT_MS : LINKS_HURT_MS;
    await suffer(links, { name: fault, hurt: HURTS[fault] }, ms, async () => release());
  }
}

const isSame = (one: Break, other: Break): boolean =>
  one.place === other.place && one.fault === other.fault;

const LINKS_TO: Readonly<Record<'temporal' | 'postgres' | 'nats', readonly LinkName[]>> = {
  temporal: ['worker->temporal', 'sequencer->temporal'],
  postgres: ['worker->postgres', 'sequencer->postgres'],
  nats: ['sequencer->nats'],
};

type Link = LinkedStack['links'][LinkName];

const toxic = (added: Toxic) => (link: Link) => link.addToxic(added);

/** What is sent gets lost, or what is answered, or it arrives when nobody expects it any more. */
const HURTS: Readonly<Record<'lost' | 'reply-lost' | 'late', (link: Link) => Promise<void>>> = {
  lost: (link) => link.cut(),
  'reply-lost': toxic({
    ...{ type: 'timeout', stream: 'downstream' },
    attributes: { timeout: LINKS_HURT_MS - 100 },
  }),
  late: toxic({ type: 'latency', stream: 'upstream', attributes: { latency: FOREVER_MS } }),
};
