import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FactSource } from './fact-source.ts';
import type { ShardReader, Step } from './reader.ts';

/** DESIGN 3 until heartbeats exist: every followed shard is asked this often. */
export const POLL_MS = 5_000;
/** Requests at a time: a plane that starts must not be a flood. */
const MAX_REQUESTS = 8;
/** Signatures between two turns of the event loop: about 8 ms, decisions go on in between. */
const LINES_PER_TURN = 64;
/** A shard that asks for HTTP again and again (garbage on the stream) is served this often. */
const MIN_HEAL_GAP_MS = 200;

export type FollowerShell = {
  source: FactSource;
  monotonicMs(): number;
  /** Applies, persists and reports a step. */
  apply(reader: ShardReader, step: Step): void;
  /** The shard was read to its end; `startedMs`: when the last request began. */
  caughtUp(shard: number, startedMs: number): void;
  /** HTTP itself served a line that the reader refuses; true when the shard was read anew. */
  reread(reader: ShardReader, signal: AbortSignal): Promise<boolean>;
};

/** Polls each followed shard, and heals a shard at once when its reader asks for it. */
export class Follower {
  readonly #readers: ReadonlyMap<number, ShardReader>;
  readonly #shell: FollowerShell;
  readonly #stop = new AbortController();
  readonly #running = new Map<number, Promise<void>>();
  readonly #healedMs = new Map<number, number>();
  readonly #healTimers = new Map<number, NodeJS.Timeout>();
  #pollTimer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #roundWanted = false;

  constructor(readers: ReadonlyMap<number, ShardReader>, shell: FollowerShell) {
    this.#readers = readers;
    this.#shell = shell;
  }

  /**
   * All shards at once, then one after the other: a burst each five seconds would hold up what is
   * delivered meanwhile, here and in the registry.
   */
  start(): void {
    this.pollAll();
    const shards = [...this.#readers.keys()];
    let next = 0;
    this.#pollTimer = setInterval(() => {
      const shard = shards[next % shards.length];
      const busy = this.#round !== undefined || this.#running.size >= MAX_REQUESTS;
      if (shard === undefined || busy) return;
      next += 1;
      void this.#catchUp(shard);
    }, POLL_MS / shards.length);
  }

  /** A round over all shards, a few at a time. While one runs, another follows it. */
  pollAll(): void {
    this.#roundWanted = true;
    this.#round ??= this.#pollRounds().finally(() => {
      this.#round = undefined;
    });
  }

  /** Fetches a shard at once, or as soon as its last healing is long enough ago. */
  heal(shard: number): void {
    if (this.#stop.signal.aborted || this.#healTimers.has(shard)) return;
    const nowMs = this.#shell.monotonicMs();
    const dueMs = (this.#healedMs.get(shard) ?? Number.NEGATIVE_INFINITY) + MIN_HEAL_GAP_MS;
    const run = (): void => {
      this.#healTimers.delete(shard);
      this.#healedMs.set(shard, this.#shell.monotonicMs());
      void this.#catchUpAgain(shard);
    };
    this.#healTimers.set(shard, setTimeout(run, Math.max(0, dueMs - nowMs)));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#pollTimer);
    for (const timer of this.#healTimers.values()) clearTimeout(timer);
    await this.#round;
    await Promise.all(this.#running.values());
  }

  async #pollRounds(): Promise<void> {
    while (this.#roundWanted && !this.#stop.signal.aborted) {
      this.#roundWanted = false;
      const shards = [...this.#readers.keys()].toReversed();
      const lane = async (): Promise<void> => {
        for (let shard = shards.pop(); shard !== undefined; shard = shards.pop()) {
          if (this.#stop.signal.aborted) return;
          await this.#catchUp(shard);
        }
      };
      await Promise.all(Array.from({ length: MAX_REQUESTS }, lane));
    }
  }

  /** One at a time per shard; who comes meanwhile joins. Never rejects. */
  #catchUp(shard: number): Promise<void> {
    const running = this.#running.get(shard);
    if (running !== undefined) return running;
    const reader = this.#readers.get(shard);
    if (reader === undefined) return Promise.resolve();
    const started = this.#fetchToEnd(reader)
      // Registry down, or an answer that is none: freshness decays, the next poll tries again.
      .catch(() => undefined)
      .finally(() => this.#running.delete(shard));
    this.#running.set(shard, started);
    return started;
  }

  /** Not satisfied by a request that was already under way: its answer may lack the newest. */
  async #catchUpAgain(shard: number): Promise<void> {
    await this.#running.get(shard);
    if (!this.#stop.signal.aborted) await this.#catchUp(shard);
  }

  async #fetchToEnd(reader: ShardReader): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      const startedMs = this.#shell.monotonicMs();
      const from = reader.head().position + 1;
      const lines = await this.#shell.source.fetch(reader.shard, from, signal);
      if (lines.length === 0) {
        this.#shell.caughtUp(reader.shard, startedMs);
        return;
      }
      const clean = await this.#applyLines(reader, lines);
      if (!clean && !(await this.#shell.reread(reader, signal))) return;
      if (reader.head().position < from) return;
    }
  }

  async #applyLines(reader: ShardReader, lines: readonly string[]): Promise<boolean> {
    for (let at = 0; at < lines.length; at += LINES_PER_TURN) {
      const step = reader.fetched(lines.slice(at, at + LINES_PER_TURN), 'http');
      this.#shell.apply(reader, step);
      if (step.refused.some(({ origin }) => origin === 'http')) return false;
      await nextTurn();
      this.#stop.signal.throwIfAborted();
    }
    return true;
  }
}
