import { setTimeout as sleep } from 'node:timers/promises';
import { connect, DeliverPolicy } from 'nats';
import type { JetStreamClient, JetStreamManager, JsMsg, NatsConnection } from 'nats';
import { FactError } from '../../facts/core/errors.ts';
import { parseLine } from '../../facts/core/line.ts';
import { SHARD_COUNT, shardName } from '../../facts/crypto/shard.ts';
import type { FactBatch, FactStream, ShardLines, StreamReading } from '../../ports/fact-stream.ts';
import { messageIdOf } from './message-id.ts';
import { assureStream, STREAM, SUBJECT_PREFIX } from './stream.ts';

/** Core NATS, outside the stream: an old heartbeat is of no use. */
export const HEARTBEAT_SUBJECT = 'tenure.heartbeat';

const ACK_TIMEOUT_MS = 2_000;
const RECONNECT_MS = 250;
const RETRY_MS = 1_000;
const SOON_MS = 50;
const SHARDS = Array.from({ length: SHARD_COUNT }, (_, shard) => shardName(shard));
/** How often a stream that was good is looked at: somebody may have made it anew, or other. */
const CHECK_MS = 10_000;
/** JetStream's answer when the subject has no message; 404 alone may also mean: no such stream. */
const NO_MESSAGE = 10_037;

export interface NatsOptions {
  readonly url: string;
  /** The prefix of message ids. */
  readonly log: string;
  readonly replicas: number;
  /** Called when the stream does not serve, with a sentence for the log; not again for the same. */
  readonly report: (message: string, cause: unknown) => void;
}

/**
 * JetStream as a cache of signed facts (DESIGN 4.5). NATS may be absent at the start and come and
 * go later: `publish` answers false meanwhile. The stream is assured again after each connect,
 * because a server that lost its disk comes back without it.
 */
export function createNatsFactStream(options: NatsOptions): FactStream & StreamReading {
  const link = new Link(options);
  return {
    publish: async (batches) => {
      const streams = link.ready();
      if (streams === undefined) return false;
      const acks = await Promise.allSettled(
        batches.map((batch) => publishBatch(streams.publisher, options, batch)),
      );
      const failed = acks.find((ack) => ack.status === 'rejected');
      // A stream that was deleted answers "no responders": assure it before the next try.
      if (failed !== undefined) link.doubtStream(failed.reason);
      return failed === undefined;
    },
    announce: (note) => link.announce(note),
    lastPosition: async (shard) => positionOf((await lastLines(link, shard)).at(-1)),
    lastLines: (shard) => lastLines(link, shard),
    linesSince: (ms) => linesSince(link, ms),
    readAll: () => readAll(link),
    close: () => link.close(),
  };
}

async function publishBatch(publisher: JetStreamClient, options: NatsOptions, batch: FactBatch) {
  const msgID = messageIdOf(options.log, batch);
  const subject = SUBJECT_PREFIX + shardName(batch.shard);
  await publisher.publish(subject, batch.lines.join('\n'), { msgID, timeout: ACK_TIMEOUT_MS });
}

async function lastLines(link: Link, shard: number): Promise<readonly string[]> {
  const { manager } = await connectedSoon(link);
  try {
    const subject = SUBJECT_PREFIX + shardName(shard);
    return linesIn(await manager.streams.getMessage(STREAM, { last_by_subj: subject }));
  } catch (error) {
    const { api_error: told } = error as { api_error?: { err_code?: number } };
    if (told?.err_code === NO_MESSAGE) return [];
    // It may have been deleted: its absence says nothing about what it held.
    link.doubtStream(error);
    throw error;
  }
}

/** Of what is no line, which anybody may have published, nothing is known. */
function positionOf(last: string | undefined): number {
  try {
    return last === undefined ? 0 : parseLine(last).position;
  } catch (error) {
    if (error instanceof FactError) return 0;
    throw error;
  }
}

async function* readAll(link: Link): AsyncGenerator<readonly string[]> {
  for await (const message of messages(link, 0)) yield linesIn(message);
}

async function* linesSince(link: Link, ms: number): AsyncGenerator<ShardLines> {
  for await (const message of messages(link, ms)) {
    const shard = SHARDS.indexOf(message.subject.slice(SUBJECT_PREFIX.length));
    if (shard >= 0) yield { shard, lines: linesIn(message) };
  }
}

async function* messages(link: Link, sinceMs: number): AsyncGenerator<JsMsg> {
  const { manager, publisher } = await connectedSoon(link);
  const { state } = await manager.streams.info(STREAM);
  if (state.messages === 0 || Date.parse(state.last_ts) < sinceMs) return;
  const consumer = await publisher.consumers.get(STREAM, {
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: new Date(sinceMs).toISOString(),
  });
  for await (const message of await consumer.consume()) {
    yield message;
    if (message.seq >= state.last_seq) return;
  }
}

/** A process that has just started is given the time of an answer. */
async function connectedSoon(link: Link): Promise<Streams> {
  for (let waitedMs = 0; waitedMs < ACK_TIMEOUT_MS; waitedMs += SOON_MS) {
    const streams = link.ready();
    if (streams !== undefined) return streams;
    await sleep(SOON_MS);
  }
  throw new Error('NATS is not there, or the stream does not serve');
}

const linesIn = (message: { string(): string }) => message.string().trimEnd().split('\n');

type Streams = { publisher: JetStreamClient; manager: JetStreamManager };

/** One connection for ever; `ready` only while it is up and the stream is assured. */
class Link {
  readonly #options: NatsOptions;
  #connection: NatsConnection | undefined;
  #streams: Streams | undefined;
  #connected = false;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  readonly #opening: Promise<void>;
  #keeping: Promise<void> | undefined;
  /** The last trouble that was reported, until there is none. */
  #told: string | undefined;

  constructor(options: NatsOptions) {
    this.#options = options;
    this.#opening = this.#open();
  }

  ready(): Streams | undefined {
    return this.#streams;
  }

  /** Not while it reconnects: the library would keep it, and send it late. */
  announce(note: string): void {
    if (this.#connected) this.#connection?.publish(HEARTBEAT_SUBJECT, note);
  }

  /** It took no facts: looked at before the next try. */
  doubtStream(cause: unknown): void {
    this.#tell(`stream ${STREAM} took no facts; readers have them over HTTP`, cause);
    this.#lookSoon();
  }

  get #closed(): boolean {
    return this.#stop.signal.aborted;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#streams = undefined;
    await this.#connection?.close();
    await Promise.all([this.#opening, this.#keeping]);
  }

  /** Tries for ever by itself, since a pending `connect` of the library cannot be given up. */
  async #open(): Promise<void> {
    while (!this.#closed) {
      try {
        return await this.#use(await this.#connect());
      } catch (cause) {
        this.#tell('NATS is not there; trying again', cause);
        await this.#pause(RETRY_MS);
      }
    }
  }

  #connect(): Promise<NatsConnection> {
    return connect({
      servers: this.#options.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      name: 'tenure-sequencer',
    });
  }

  async #use(connection: NatsConnection): Promise<void> {
    if (this.#closed) return connection.close();
    this.#connection = connection;
    this.#connected = true;
    this.#keeping = this.#keepStream(connection);
    void this.#watch(connection);
    return undefined;
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') [this.#streams, this.#connected] = [undefined, false];
      if (status.type !== 'reconnect') continue;
      this.#connected = true;
      this.#lookSoon();
    }
  }

  #lookSoon(): void {
    this.#streams = undefined;
    this.#wake.abort();
  }

  async #keepStream(connection: NatsConnection): Promise<void> {
    while (!this.#closed) {
      this.#wake = new AbortController();
      try {
        const manager = await connection.jetstreamManager({ timeout: ACK_TIMEOUT_MS });
        await assureStream(manager, this.#options.replicas);
        this.#streams = { publisher: connection.jetstream(), manager };
        this.#told = undefined;
      } catch (cause) {
        this.#streams = undefined;
        this.#tell(`stream ${STREAM} does not serve; readers have all facts over HTTP`, cause);
      }
      await this.#pause(this.#streams === undefined ? RETRY_MS : CHECK_MS);
    }
  }

  #tell(message: string, cause: unknown): void {
    const told = `${message}: ${String(cause)}`;
    if (told !== this.#told) this.#options.report(message, cause);
    this.#told = told;
  }

  async #pause(ms: number): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, this.#wake.signal]);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}
