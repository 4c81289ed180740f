import { equalBytes } from '../../facts/core/bytes.ts';
import { FactError } from '../../facts/core/errors.ts';
import type { Heartbeat } from '../../facts/log/heartbeat.ts';
import type { HeartbeatGate } from './heartbeat-gate.ts';
import type { KeyChain, KeyChange } from './key-chain.ts';
import type { RegistrySource } from './registry-source.ts';

/** Heartbeats come every 2 s; after this silence one is asked for over HTTP. */
const SILENCE_MS = 3_000;
/** Anybody may send a note by an unknown key; the registry is asked for new ones this often. */
const MIN_LEARN_GAP_MS = 1_000;
/** Heartbeats that wait for keys; more are dropped, since the next one says more. */
const MAX_WAITING = 8;

/** A heartbeat's note on its way. `arrivedMs`: monotonic; over HTTP, when it was asked for. */
export type Arrival = { note: Uint8Array; origin: 'live' | 'http'; arrivedMs: number };

export type PulseShell = {
  source: RegistrySource;
  monotonicMs(): number;
  took(heartbeat: Heartbeat, arrival: Arrival): void;
  /** The registry is there, and has no heartbeat. */
  foundNone(): void;
  tookKeys(change: KeyChange, note: Uint8Array): void;
  /** Of a heartbeat or of a key set. */
  refused(error: FactError, origin: Arrival['origin']): void;
};

/** Brings heartbeats, from wherever they come, and the key sets that they need. */
export class Pulse {
  readonly #keys: KeyChain;
  readonly #gate: HeartbeatGate;
  readonly #shell: PulseShell;
  readonly #stop = new AbortController();
  #waiting: Arrival[] = [];
  /** The note that was taken last. */
  #last: Uint8Array | undefined;
  #learnedMs = Number.NEGATIVE_INFINITY;
  #learning: Promise<void> | undefined;
  #asking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(keys: KeyChain, gate: HeartbeatGate, shell: PulseShell) {
    this.#keys = keys;
    this.#gate = gate;
    this.#shell = shell;
  }

  /** A note that came over the stream. */
  receive(note: Uint8Array): void {
    this.#take({ note, origin: 'live', arrivedMs: this.#shell.monotonicMs() });
  }

  /** Asks for the newest heartbeat over HTTP, now and after each silence. */
  ask(): void {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
      this.#awaitSilence();
    });
  }

  /** A line is by an unknown key: it may be of a newer set. */
  async learnKeys(): Promise<void> {
    // Asked a moment ago, before the set was there: HTTP would serve what is refused once more.
    if (this.#learning === undefined) await this.#untilMayLearn();
    if (this.#mayLearn()) this.#learning ??= this.#learnOnce();
    await this.#learning;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await Promise.all([this.#asking, this.#learning]);
  }

  #awaitSilence(): void {
    clearTimeout(this.#timer);
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => this.ask(), SILENCE_MS);
  }

  async #askOnce(): Promise<void> {
    const arrivedMs = this.#shell.monotonicMs();
    try {
      const note = await this.#shell.source.heartbeat(this.#stop.signal);
      if (note === undefined) this.#shell.foundNone();
      else this.#take({ note, origin: 'http', arrivedMs });
    } catch {
      // Registry down: freshness decays, and it is asked again.
    }
  }

  #take(arrival: Arrival, keysWereAsked = false): void {
    if (this.#stop.signal.aborted) return;
    // It was asked for over HTTP a moment ago, perhaps while both waited for keys: both ways bring
    // the same, and neither is a replay.
    const isKnown = this.#last !== undefined && equalBytes(arrival.note, this.#last);
    if (isKnown && arrival.origin === 'live') return this.#awaitSilence();
    try {
      const heartbeat = this.#gate.take(arrival.note);
      if (heartbeat !== undefined) this.#took(heartbeat, arrival);
      else if (!keysWereAsked) this.#learn(arrival);
    } catch (error) {
      if (!(error instanceof FactError)) throw error;
      const mayBeNew = error.code === 'note-key-unknown' && !keysWereAsked && this.#mayLearn();
      if (mayBeNew) this.#learn(arrival);
      else this.#shell.refused(error, arrival.origin);
    }
  }

  #took(heartbeat: Heartbeat, arrival: Arrival): void {
    this.#last = arrival.note;
    this.#shell.took(heartbeat, arrival);
    this.#awaitSilence();
  }

  async #untilMayLearn(): Promise<void> {
    const waitMs = this.#learnedMs + MIN_LEARN_GAP_MS - this.#shell.monotonicMs();
    if (waitMs <= 0) return;
    await new Promise((resolve) => {
      setTimeout(resolve, waitMs);
    });
  }

  #mayLearn(): boolean {
    return this.#shell.monotonicMs() - this.#learnedMs >= MIN_LEARN_GAP_MS;
  }

  /** Fetches all newer key sets, then takes the heartbeat again. */
  #learn(arrival: Arrival): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(arrival);
    this.#learning ??= this.#learnOnce();
  }

  async #learnOnce(): Promise<void> {
    await this.#fetchKeySets();
    this.#learning = undefined;
    for (const waiting of this.#waiting.splice(0)) this.#take(waiting, true);
  }

  async #fetchKeySets(): Promise<void> {
    this.#learnedMs = this.#shell.monotonicMs();
    try {
      for (;;) {
        const { signal } = this.#stop;
        const note = await this.#shell.source.keySet(this.#keys.version + 1, signal);
        if (note === undefined) return;
        this.#shell.tookKeys(this.#keys.take(note), note);
      }
    } catch (error) {
      // Otherwise the registry is down: the next heartbeat asks again.
      if (error instanceof FactError) this.#shell.refused(error, 'http');
    }
  }
}
