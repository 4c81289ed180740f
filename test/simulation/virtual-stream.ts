import { messageIdOf } from '../../adapters/nats/message-id.ts';
import { parseLine } from '../../facts/core/line.ts';
import type { FactBatch, FactStream } from '../../ports/fact-stream.ts';
import { LOG } from '../sdk/support/fact-writer.ts';
import { SHARDS } from './tenants.ts';
import type { Host } from './host.ts';
import type { Mutation } from './mutations.ts';

export type Message = { sequence: number; shard: number; lines: readonly string[]; id: string };

export type Subscriber = {
  message(message: Message): void;
  heartbeat(note: string): void;
};

type Told = { violation: (what: string) => void; mutation: Mutation | undefined };

/**
 * JetStream and the core NATS below it. A cache: it may be down, lose the tail that it had
 * acknowledged, and then hand out the same sequence numbers again.
 */
export class VirtualStream {
  isUp = true;
  readonly subscribers = new Set<Subscriber>();
  #messages: Message[] = [];
  /** Message id -> its lines, as long as a world lives. */
  #window = new Map<string, string>();
  readonly #told: Told;

  constructor(told: Told) {
    this.#told = told;
  }

  /** `keepsWindow`: the ids of what is lost are still known, as by another server of a cluster. */
  loseTail(count: number, keepsWindow: boolean): void {
    const lost = this.#messages.splice(Math.max(0, this.#messages.length - count));
    if (!keepsWindow) for (const { id } of lost) this.#window.delete(id);
  }

  get size(): number {
    return this.#messages.length;
  }

  /** Somebody publishes there: a leader, or who stole its credentials. */
  publish(batch: FactBatch): void {
    const id = this.#idOf(batch);
    const body = batch.lines.join('\n');
    const known = this.#window.get(id);
    if (known !== undefined) {
      // A duplicate's ack is harmless only when it is one.
      if (known !== body) this.#told.violation(`another message is swallowed as ${id}`);
      return;
    }
    this.#window.set(id, body);
    const { shard, lines } = batch;
    const message = { sequence: this.#messages.length + 1, shard, lines, id };
    this.#messages.push(message);
    for (const subscriber of this.subscribers) subscriber.message(message);
  }

  /** Of the last message; 0 when none. */
  lastPosition(shard: number): number {
    const line = this.#lastLines(shard).at(-1);
    return line === undefined ? 0 : parseLine(line).position;
  }

  /** All lines, message by message. */
  readAll(): readonly (readonly string[])[] {
    return this.#messages.map(({ lines }) => lines);
  }

  ofHost(host: Host): FactStream {
    const answering = <T>(work: () => T): T => this.#answering(work);
    const messages = () => [...this.#messages];
    return {
      publish: async (batches) => {
        const acks = await Promise.allSettled(
          batches.map((batch) => host.call(() => this.#answering(() => this.publish(batch)))),
        );
        return acks.every(({ status }) => status === 'fulfilled');
      },
      announce: (note) => {
        if (!this.isUp || host.isDead || host.isCut) return;
        for (const subscriber of this.subscribers) subscriber.heartbeat(note);
      },
      lastPosition: (shard) => host.call(() => this.#answering(() => this.lastPosition(shard))),
      // Of shards without a tenant nobody ever says anything: no event of the world.
      lastLines: (shard) =>
        SHARDS.includes(shard)
          ? host.call(() => this.#answering(() => this.#lastLines(shard)))
          : Promise.resolve([]),
      linesSince: async function* (this: void) {
        yield* await host.call(() => answering(() => messages()));
      },
      close: () => Promise.resolve(),
    };
  }

  #answering<T>(work: () => T): T {
    if (!this.isUp) throw new Error('NATS is down');
    return work();
  }

  #lastLines(shard: number): readonly string[] {
    return this.#messages.findLast((message) => message.shard === shard)?.lines ?? [];
  }

  #idOf(batch: FactBatch): string {
    const id = messageIdOf(LOG, batch);
    return this.#told.mutation === 'message-id-without-last' ? id.replace(/-\d+$/, '') : id;
  }
}
