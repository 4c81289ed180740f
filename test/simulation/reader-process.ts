import { lineOf } from '../../registry/fact-lines.ts';
import { Index } from '../../sdk/typescript/decision-index.ts';
import { Events } from '../../sdk/typescript/events.ts';
import { Following } from '../../sdk/typescript/following.ts';
import type { PlaneSurroundings } from '../../sdk/typescript/following.ts';
import { FreshnessClock } from '../../sdk/typescript/freshness-clock.ts';
import { HeartbeatGate } from '../../sdk/typescript/heartbeat-gate.ts';
import type { LiveHandlers } from '../../sdk/typescript/live-source.ts';
import type { RegistrySource } from '../../sdk/typescript/registry-source.ts';
import { ShardSet } from '../../sdk/typescript/shard-set.ts';
import { LOG } from '../sdk/support/fact-writer.ts';
import type { Host } from './host.ts';
import { findTaggedKey, KEYS, openTaggedHeartbeat } from './tags.ts';
import { journalOn } from './virtual-disk.ts';
import type { VirtualDisk } from './virtual-disk.ts';
import type { Message, Subscriber } from './virtual-stream.ts';
import type { World } from './world.ts';
import { SHARDS } from './tenants.ts';

const openHeadless: typeof openTaggedHeartbeat = (...args) => ({
  ...openTaggedHeartbeat(...args),
  heads: [],
});

/** Lines in one answer over HTTP: few, so that reading a shard takes several. */
const PAGE_LINES = 8;

/**
 * A data plane as `createPlane` puts it together, without files and sockets: everything from the
 * follower down to the fold is the real one.
 */
export class ReaderProcess {
  readonly host: Host;
  readonly index = new Index();
  readonly shards: ShardSet;
  readonly #world: World;
  readonly #disk: VirtualDisk;
  readonly #gate: HeartbeatGate;
  #handlers: LiveHandlers | undefined;
  #following: Following | undefined;
  #subscriber: Subscriber | undefined;

  constructor(host: Host, disk: VirtualDisk, world: World) {
    this.host = host;
    this.#world = world;
    this.#disk = disk;
    const events = new Events();
    events.on('applied', (applied) => world.checkApplied(this, applied));
    events.on('refused', (refusal) =>
      world.trace(`${host.name}: refused ${refusal.code} by ${refusal.origin}`),
    );
    const isHeadless = world.mutation === 'skip-shard-heads';
    this.#gate = new HeartbeatGate(KEYS, isHeadless ? openHeadless : openTaggedHeartbeat);
    const trust = { log: LOG, findKey: findTaggedKey };
    const journal = journalOn(disk, host);
    this.shards = new ShardSet(SHARDS, { trust, index: this.index, journal, events });
    void this.#start(events);
  }

  crash(): void {
    this.host.kill();
    if (this.#subscriber !== undefined) this.#world.stream.subscribers.delete(this.#subscriber);
    void this.#following?.stop();
  }

  /** It hears the stream again: what was sent in between was missed. */
  reconnected(): void {
    if (!this.host.isDead) this.#handlers?.connected();
  }

  async #start(events: Events): Promise<void> {
    const world = this.#world;
    const saved = this.#disk.heartbeat;
    const heartbeat = saved === undefined ? undefined : this.#gate.take(saved);
    if (heartbeat !== undefined) this.shards.heartbeat(heartbeat.heads);
    await this.shards.load();
    if (this.host.isDead) return;
    const clock = { monotonicMs: () => world.scheduler.nowMs, wallMs: () => world.wallMs() };
    const freshness = new FreshnessClock(clock, SHARDS, this.#disk.knownAtMs);
    const write = (work: () => void) => {
      if (!this.host.isDead) work();
    };
    const notes = {
      saveHeartbeat: (note: Uint8Array) => write(() => (this.#disk.heartbeat = note)),
      saveKeySet: () => undefined,
      saveKnownAtMs: (ms: number) => write(() => (this.#disk.knownAtMs = ms)),
    };
    const gate = this.#gate;
    const log = { keys: KEYS, gate, shards: this.shards, notes };
    const parts = { ...log, freshness, events, directory: '', receipts: undefined };
    this.#following = new Following(parts, { source: this.#source(), openLive: this.#live, clock });
  }

  readonly #live: PlaneSurroundings['openLive'] = (_shards, handlers) => {
    const world = this.#world;
    let seen = 0;
    const lines = ({ shard, lines: texts, sequence }: Message) => {
      if (this.host.isDead) return;
      if (world.mutation === 'trust-stream-sequence') {
        if (sequence <= seen) return;
        seen = sequence;
      }
      handlers.lines(shard, [...texts]);
    };
    this.#handlers = handlers;
    this.#subscriber = {
      message: (message) => world.deliver(this.host, () => lines(message)),
      heartbeat: (note) =>
        world.deliver(this.host, () => {
          if (!this.host.isDead) handlers.heartbeat(world.bytesOf(note));
        }),
    };
    world.stream.subscribers.add(this.#subscriber);
    world.scheduler.after(1, () => this.reconnected());
    return { close: () => Promise.resolve() };
  };

  #source(): RegistrySource {
    const { postgres } = this.#world;
    return {
      fetch: (shard, from) =>
        this.host.call(() =>
          postgres
            .ofShard(shard)
            .slice(from - 1, from - 1 + PAGE_LINES)
            .map(lineOf),
        ),
      keySet: () => this.host.call(() => undefined),
      stateNote: () => this.host.call(() => undefined),
      stateNode: () => this.host.call(() => undefined),
      sendReceipt: () => Promise.reject(new Error('nobody sends one')),
      heartbeat: () =>
        this.host.call(() => {
          const note = postgres.rows.notes.get('heartbeat');
          return note === undefined ? undefined : this.#world.bytesOf(note);
        }),
    };
  }
}
