import type { FactError } from '../../facts/core/errors.ts';
import type { Heartbeat } from '../../facts/log/heartbeat.ts';
import type { Events } from './events.ts';
import { Follower } from './follower.ts';
import { ageOnArrivalMs } from './freshness.ts';
import type { Clock, FreshnessClock } from './freshness-clock.ts';
import type { HeartbeatGate } from './heartbeat-gate.ts';
import type { KeyChain, KeyChange } from './key-chain.ts';
import type { LiveHandlers, LiveSource } from './live-source.ts';
import { Pulse } from './pulse.ts';
import type { Arrival } from './pulse.ts';
import type { ShardReader, Step } from './reader.ts';
import type { RegistrySource } from './registry-source.ts';
import type { Receipts } from './receipts.ts';
import type { SavedNotes } from './saved-notes.ts';
import type { ShardSet } from './shard-set.ts';
import { SnapshotTaker } from './snapshot-taker.ts';
import type { Refusal } from './types.ts';

const FRESHNESS_TICK_MS = 1_000;
/** The age of the facts is written down this often, for a restart without the registry. */
const SAVE_AGE_MS = 5_000;
/** A plane that misses more lines than these takes a snapshot (facts-v1, "The reader"). */
const FAR_BEHIND_LINES = 20_000;
/** Facts are read without heartbeats too (DESIGN 3: only freshness changes), but not often. */
const MIN_ROUND_GAP_MS = 60_000;

/** What a plane talks to; `openPlane` brings the real ones. */
export type PlaneSurroundings = {
  source: RegistrySource;
  /** undefined: no live delivery, the plane asks for heartbeats. */
  openLive: ((shards: readonly number[], handlers: LiveHandlers) => LiveSource) | undefined;
  clock: Clock;
};

export type FollowingParts = {
  /** Where snapshots are kept; undefined: none are taken. */
  directory: string | undefined;
  keys: KeyChain;
  gate: HeartbeatGate;
  shards: ShardSet;
  notes: Pick<SavedNotes, 'saveHeartbeat' | 'saveKeySet' | 'saveKnownAtMs'>;
  freshness: FreshnessClock;
  events: Events;
  /** undefined: none are sent. */
  receipts?: Receipts | undefined;
};

/** Of a note. */
export const refusalOf = (error: FactError, origin: Refusal['origin']): Refusal => {
  return { shard: null, origin, code: error.code, message: error.message };
};

/** Brings lines, heartbeats and key sets together: what is fetched when, and how fresh it is. */
export class Following {
  /** Resolves when every followed shard has reached a heartbeat of this process. */
  readonly ready: Promise<void>;
  readonly #parts: FollowingParts;
  readonly #clock: Clock;
  readonly #source: RegistrySource;
  readonly #stop = new AbortController();
  readonly #follower: Follower;
  readonly #pulse: Pulse;
  readonly #snapshots: SnapshotTaker;
  readonly #live: LiveSource | undefined;
  readonly #ticker: NodeJS.Timeout;
  #tellReady: () => void = () => undefined;
  /** Monotonic time as of which the newest heartbeat speaks. */
  #heardMs = Number.NEGATIVE_INFINITY;
  #savedAgeAtMs = Number.NEGATIVE_INFINITY;
  #roundAtMs = Number.NEGATIVE_INFINITY;
  /** Shards wait for this before they ask for lines: a snapshot may be quicker. */
  #taking: Promise<void> | undefined;
  #endBoot: () => void = () => undefined;
  /** Shards being folded anew, for one key set after the other. */
  #folding = Promise.resolve();

  constructor(parts: FollowingParts, { source, openLive, clock }: PlaneSurroundings) {
    this.#parts = parts;
    this.#clock = clock;
    this.#source = source;
    this.ready = new Promise((resolve) => {
      this.#tellReady = resolve;
    });
    const { shards, keys, gate } = parts;
    const monotonicMs = (): number => clock.monotonicMs();
    this.#follower = new Follower(shards.readers, {
      source,
      monotonicMs,
      apply: (reader, step) => shards.apply(reader, step),
      settled: () => this.#settled(),
      reread: (reader, signal) => this.#reread(reader, signal),
    });
    shards.listen((reader, step) => this.#stepped(reader, step));
    this.#pulse = new Pulse(keys, gate, {
      source,
      monotonicMs,
      took: (heartbeat, arrival) => this.#tookHeartbeat(heartbeat, arrival),
      foundNone: () => this.#healAll(),
      tookKeys: (change, note) => this.#tookKeys(change, note),
      refused: (error, origin) => this.#refused(error, origin),
    });
    this.#snapshots = new SnapshotTaker({
      ...parts,
      source,
      monotonicMs,
      learnKeys: () => this.#pulse.learnKeys(),
      refused: (error) => this.#refused(error, 'http'),
      failed: (error) => parts.events.emit('journal', error),
    });
    if (shards.isEmpty) {
      this.#taking = new Promise((resolve) => {
        this.#endBoot = resolve;
      });
    }
    // Subscribed before the first question: what is published in between is held, not missed.
    this.#live = openLive?.([...shards.readers.keys()], {
      lines: (shard, lines) => this.#receive(shard, lines),
      heartbeat: (note) => this.#pulse.receive(note),
      connected: () => this.#pulse.ask(),
    });
    this.#ticker = setInterval(() => this.#tick(), FRESHNESS_TICK_MS);
    this.#pulse.ask();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#ticker);
    await this.#live?.close();
    const { receipts } = this.#parts;
    await Promise.all([this.#pulse.stop(), this.#follower.stop(), receipts?.stop(), this.#folding]);
  }

  #receive(shard: number, lines: string[]): void {
    const { shards, gate } = this.#parts;
    const reader = shards.readers.get(shard);
    if (reader === undefined || this.#stop.signal.aborted) return;
    const step = gate.holdsLines ? reader.hold(lines) : reader.live(lines);
    shards.apply(reader, step);
    if (step.fetch) this.#heal(shard, step);
  }

  #stepped(reader: ShardReader, step: Step): void {
    if (step.reached) this.#reached(reader.shard);
    if (reader.inDoubt) this.#heal(reader.shard, step);
  }

  #heal(shard: number, { refused }: Step): void {
    const heal = (): void => this.#follower.heal(shard);
    // HTTP is of no use before the keys are there that it takes.
    if (refused.some(({ code }) => code === 'key-unknown')) void this.#pulse.learnKeys().then(heal);
    else heal();
  }

  #healAll(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#roundAtMs < MIN_ROUND_GAP_MS) return;
    this.#roundAtMs = nowMs;
    const { shards } = this.#parts;
    void this.#pulse
      .learnKeys()
      .then(() => (shards.isEmpty ? this.#takeSnapshot() : undefined))
      .then(() => {
        for (const shard of shards.readers.keys()) this.#follower.heal(shard);
      });
  }

  /** What a heartbeat counts and is not here: by a snapshot when that is quicker. */
  #catchUp(origin: Arrival['origin']): void {
    const { shards } = this.#parts;
    const { missing } = shards;
    const isFarBehind = missing > FAR_BEHIND_LINES || (shards.isEmpty && missing > 0);
    if (isFarBehind && this.#snapshots.mayTake) void this.#takeSnapshot();
    if (this.#snapshots.isTaking) {
      void this.#settled().then(() => this.#follower.healBehind());
      return;
    }
    this.#endBoot();
    // What a heartbeat over HTTP counts was not delivered, or not while we listened.
    if (origin === 'http') this.#follower.healBehind();
    else this.#follower.healBehindSoon();
  }

  #healDoubts(): void {
    for (const [shard, { inDoubt }] of this.#parts.shards.readers) {
      if (inDoubt) this.#follower.heal(shard);
    }
  }

  #settled(): Promise<void> {
    return this.#taking ?? Promise.resolve();
  }

  #takeSnapshot(): Promise<void> {
    const taking = this.#snapshots.take(this.#stop.signal).then(() => {
      this.#endBoot();
      if (this.#taking === taking) this.#taking = undefined;
    });
    this.#taking = taking;
    return taking;
  }

  /** A shard in doubt: the snapshot may show what is right, otherwise all its lines are read. */
  async #reread(reader: ShardReader, signal: AbortSignal): Promise<void> {
    await this.#takeSnapshot();
    const { shards } = this.#parts;
    if (reader.inDoubt) await shards.reread(reader, 'http', this.#source, signal);
    else if (reader.isBehind) this.#follower.heal(reader.shard);
  }

  #tookHeartbeat(heartbeat: Heartbeat, { note, origin, arrivedMs }: Arrival): void {
    const { notes, shards } = this.#parts;
    this.#heardMs = arrivedMs - ageOnArrivalMs(Date.parse(heartbeat.at), this.#clock.wallMs());
    this.#save(() => notes.saveHeartbeat(note));
    this.#parts.receipts?.heartbeat(heartbeat);
    shards.heartbeat(heartbeat.heads);
    this.#catchUp(origin);
  }

  #tookKeys(change: KeyChange, note: Uint8Array): void {
    const { voidFrom, forkFrom } = change;
    const { notes, shards, keys, gate } = this.#parts;
    this.#save(() => notes.saveKeySet(keys.version, note));
    shards.rekey(change);
    if (forkFrom !== undefined) shards.beginEpoch(forkFrom);
    if (voidFrom !== undefined) {
      this.#folding = this.#folding.then(async () => {
        await shards.foldAnew(voidFrom, this.#stop.signal);
        this.#healDoubts();
      });
    }
    this.#healDoubts();
    if (!gate.holdsLines) shards.releaseHeld();
  }

  #refused(error: FactError, origin: Arrival['origin']): void {
    // The stream was faster than HTTP, or there is no newer one.
    if (origin === 'http' && error.code === 'heartbeat-replay') this.#catchUp(origin);
    else this.#parts.shards.refuse([refusalOf(error, origin)]);
  }

  #reached(shard: number): void {
    // By the last heartbeat of a former process: a shard that is folded anew comes to it again.
    if (this.#heardMs === Number.NEGATIVE_INFINITY) return;
    const { freshness, notes, receipts } = this.#parts;
    receipts?.reached(shard);
    const isNewer = freshness.reached(shard, this.#heardMs);
    if (freshness.isComplete) this.#tellReady();
    if (!isNewer) return;
    this.#tick();
    const knownAtMs = this.#clock.wallMs() - freshness.ageMs();
    if (Math.abs(knownAtMs - this.#savedAgeAtMs) < SAVE_AGE_MS) return;
    this.#savedAgeAtMs = knownAtMs;
    this.#save(() => notes.saveKnownAtMs(knownAtMs));
  }

  #save(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#parts.events.emit('journal', error);
    }
  }

  #tick(): void {
    for (const change of this.#parts.freshness.tick()) {
      this.#parts.events.emit('freshness', change);
    }
  }
}
