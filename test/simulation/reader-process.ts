import { Index } from '../../sdk/typescript/decision-index.ts';
import { Events } from '../../sdk/typescript/events.ts';
import { Following, refusalOf } from '../../sdk/typescript/following.ts';
import type { PlaneSurroundings } from '../../sdk/typescript/following.ts';
import { FreshnessClock } from '../../sdk/typescript/freshness-clock.ts';
import { FactError } from '../../facts/core/errors.ts';
import type { FactKey } from '../../facts/log/fact-keys.ts';
import { KeyChain } from '../../sdk/typescript/key-chain.ts';
import { HeartbeatGate } from '../../sdk/typescript/heartbeat-gate.ts';
import type { LiveHandlers } from '../../sdk/typescript/live-source.ts';
import type { RegistrySource } from '../../sdk/typescript/registry-source.ts';
import { ShardSet } from '../../sdk/typescript/shard-set.ts';
import { LOG } from '../sdk/support/fact-writer.ts';
import { ROOT_KEY } from '../sdk/support/log-writer.ts';
import type { Host } from './host.ts';
import { openTaggedHeartbeat, TAGGED } from './tags.ts';
import { journalOn } from './virtual-disk.ts';
import { knownLineOf } from './virtual-postgres.ts';
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
  readonly #keys = new KeyChain(LOG, ROOT_KEY, TAGGED);
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
    this.#gate = new HeartbeatGate(this.#keys, isHeadless ? openHeadless : openTaggedHeartbeat);
    const trust = { log: LOG, findKey: (keyId: string) => this.#findKey(keyId) };
    const journal = journalOn(disk, host);
    this.shards = new ShardSet(SHARDS, { trust, index: this.index, journal, events });
    void this.#start(events);
  }

  /** A mutation's reader knows of nothing that is void. */
  #findKey(keyId: string): FactKey | undefined {
    const key = this.#keys.find(keyId);
    return this.#world.mutation === 'fold-void' ? key && { ...key, void: null } : key;
  }

  get keySetVersion(): number {
    return this.#keys.version;
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
    this.#restore();
    await this.shards.load();
    if (this.host.isDead) return;
    const clock = { monotonicMs: () => world.scheduler.nowMs, wallMs: () => world.wallMs() };
    const freshness = new FreshnessClock(clock, SHARDS, this.#disk.knownAtMs);
    const write = (work: () => void) => {
      if (!this.host.isDead) work();
    };
    const notes = {
      saveHeartbeat: (note: Uint8Array) => write(() => (this.#disk.heartbeat = note)),
      saveKeySet: (version: number, note: Uint8Array) =>
        write(() => (this.#disk.keySets[version - 1] = note)),
      saveKnownAtMs: (ms: number) => write(() => (this.#disk.knownAtMs = ms)),
    };
    const gate = this.#gate;
    const log = { keys: this.#keys, gate, shards: this.shards, notes };
    const parts = { ...log, freshness, events, directory: undefined };
    this.#following = new Following(parts, { source: this.#source(), openLive: this.#live, clock });
  }

  /** As `createPlane`: a heartbeat from before the newest key set is none any more. */
  #restore(): void {
    const { keySets, heartbeat: saved } = this.#disk;
    try {
      for (const note of keySets) this.#keys.take(note);
      const heartbeat = saved === undefined ? undefined : this.#gate.take(saved);
      if (heartbeat !== undefined) this.shards.heartbeat(heartbeat.heads);
    } catch (error) {
      if (!(error instanceof FactError)) throw error;
      this.shards.refuse([refusalOf(error, 'disk')]);
    }
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
            .map(knownLineOf),
        ),
      stateNote: () => this.host.call(() => undefined),
      stateNode: () => this.host.call(() => undefined),
      sendReceipt: () => Promise.reject(new Error('nobody sends one')),
      keySet: (version) =>
        this.host.call(() => {
          const note = postgres.rows.keySets[version - 1];
          return note === undefined ? undefined : this.#world.bytesOf(note);
        }),
      heartbeat: () =>
        this.host.call(() => {
          const note = postgres.rows.notes.get('heartbeat');
          return note === undefined ? undefined : this.#world.bytesOf(note);
        }),
    };
  }
}
