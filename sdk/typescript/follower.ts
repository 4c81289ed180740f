import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ShardReader, Step } from './reader.ts';
import type { LineSource } from './registry-source.ts';

/** A shard that a heartbeat over the stream counts further is given this long to arrive there. */
const BEHIND_MS = 1_000;
/** Requests at a time: a plane that starts must not be a flood. */
const MAX_REQUESTS = 8;
/** Signatures between two turns of the event loop: about 8 ms, decisions go on in between. */
const LINES_PER_TURN = 64;
/** A shard that asks for HTTP again and again (garbage on the stream) is served this often. */
const MIN_HEAL_GAP_MS = 200;
/** Reading a shard anew costs a signature for each of its facts. */
const MIN_REREAD_GAP_MS = 10_000;

export type FollowerShell = {
  source: LineSource;
  monotonicMs(): number;
  /** Applies, persists and reports a step. */
  apply(reader: ShardReader, step: Step): void;
  /** Resolves when no snapshot is on its way that may bring the lines. */
  settled(): Promise<void>;
  /** Puts what HTTP has in place of a shard that is in doubt. */
  reread(reader: ShardReader, signal: AbortSignal): Promise<unknown>;
};

/** Fetches shards over HTTP when somebody asks for it, and never by itself. */
export class Follower {
  readonly #readers: ReadonlyMap<number, ShardReader>;
  readonly #shell: FollowerShell;
  readonly #stop = new AbortController();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  /** Shards that wait for one of the requests. */
  readonly #waiting = new Set<number>();
  readonly #running = new Map<number, Promise<void>>();
  readonly #nextMs = new Map<number, number>();
  #behindTimer: NodeJS.Timeout | undefined;

  constructor(readers: ReadonlyMap<number, ShardReader>, shell: FollowerShell) {
    this.#readers = readers;
    this.#shell = shell;
  }

  /** Fetches a shard at once, or as soon as its last healing is long enough ago. */
  heal(shard: number): void {
    if (this.#stop.signal.aborted || this.#timers.has(shard)) return;
    const waitMs = (this.#nextMs.get(shard) ?? 0) - this.#shell.monotonicMs();
    const run = async (): Promise<void> => {
      await this.#shell.settled();
      this.#timers.delete(shard);
      this.#waiting.add(shard);
      this.#runNext();
    };
    this.#timers.set(
      shard,
      setTimeout(() => void run(), Math.max(0, waitMs)),
    );
  }

  /** Shards that the newest heartbeat counts further are fetched when they still are behind. */
  healBehindSoon(): void {
    if (this.#stop.signal.aborted) return;
    this.#behindTimer ??= setTimeout(() => {
      this.#behindTimer = undefined;
      this.healBehind();
    }, BEHIND_MS);
  }

  healBehind(): void {
    for (const [shard, reader] of this.#readers) if (reader.isBehind) this.heal(shard);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#behindTimer);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running.values());
  }

  /** A shard whose request is under way waits: that answer may lack the newest. */
  #runNext(): void {
    for (const shard of this.#waiting) {
      if (this.#running.size >= MAX_REQUESTS || this.#stop.signal.aborted) return;
      if (this.#running.has(shard)) continue;
      this.#waiting.delete(shard);
      const running = this.#catchUp(shard).finally(() => {
        this.#running.delete(shard);
        this.#runNext();
      });
      this.#running.set(shard, running);
    }
  }

  /** Never rejects. */
  async #catchUp(shard: number): Promise<void> {
    const reader = this.#readers.get(shard);
    if (reader === undefined) return;
    const gapMs = reader.inDoubt ? MIN_REREAD_GAP_MS : MIN_HEAL_GAP_MS;
    this.#nextMs.set(shard, this.#shell.monotonicMs() + gapMs);
    try {
      if (reader.inDoubt) await this.#shell.reread(reader, this.#stop.signal);
      else await this.#fetchToEnd(reader);
    } catch {
      // Registry down, or an answer that is none: freshness decays, a later heartbeat asks again.
    }
  }

  async #fetchToEnd(reader: ShardReader): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      const from = reader.head().position + 1;
      const lines = await this.#shell.source.fetch(reader.shard, from, signal);
      for (let at = 0; at < lines.length && !reader.inDoubt; at += LINES_PER_TURN) {
        this.#shell.apply(reader, reader.fetched(lines.slice(at, at + LINES_PER_TURN), 'http'));
        await nextTurn();
        signal.throwIfAborted();
      }
      // Nothing new: the end, or a server that repeats itself.
      if (reader.inDoubt || reader.head().position < from) return;
    }
  }
}
