import { setTimeout } from 'node:timers/promises';
import { connect } from 'nats';
import type { NatsConnection } from 'nats';
import { SHARD_COUNT, shardName } from '../../facts/crypto/shard.ts';

/** One subject per shard (DESIGN 4.5). */
const SUBJECT_PREFIX = 'tenure.facts.';
const HEARTBEAT_SUBJECT = 'tenure.heartbeat';
const RETRY_MS = 1_000;
/** A server that was there once is waited for inside the client; the first is ours to repeat. */
const CONNECTION = {
  name: 'tenure-data-plane',
  maxReconnectAttempts: -1,
  reconnectTimeWait: RETRY_MS,
  timeout: 5_000,
};

export type LiveHandlers = {
  lines(shard: number, lines: string[]): void;
  /** Note of a heartbeat, as it was sent. */
  heartbeat(note: Uint8Array): void;
  /** Delivery began, or began again: what was sent in between was missed. */
  connected(): void;
};

export type LiveSource = { close(): Promise<void> };

const shardOfSubject = (subject: string): number =>
  Number.parseInt(subject.slice(SUBJECT_PREFIX.length), 16);

const subscribe = (
  connection: NatsConnection,
  shards: readonly number[],
  handlers: LiveHandlers,
): void => {
  const all = shards.length === SHARD_COUNT;
  const names = all ? ['*'] : shards.map(shardName);
  const followed = new Set(shards);
  for (const name of names) {
    connection.subscribe(`${SUBJECT_PREFIX}${name}`, {
      callback: (error, message) => {
        const shard = shardOfSubject(message.subject);
        if (error !== null || !followed.has(shard)) return;
        handlers.lines(
          shard,
          message
            .string()
            .split('\n')
            .filter((line) => line !== ''),
        );
      },
    });
  }
  connection.subscribe(HEARTBEAT_SUBJECT, {
    callback: (error, message) => {
      if (error === null) handlers.heartbeat(message.data);
    },
  });
};

const follow = async (
  connection: NatsConnection,
  shards: readonly number[],
  handlers: LiveHandlers,
): Promise<void> => {
  subscribe(connection, shards, handlers);
  await connection.flush();
  handlers.connected();
  for await (const status of connection.status()) {
    if (String(status.type) === 'reconnect') handlers.connected();
  }
};

/**
 * Live delivery over core NATS: a reader counts our positions, so it needs no stream consumer and
 * no acknowledgement. Tries for ever in the background; until then the plane asks over HTTP.
 */
export const openLiveSource = (
  natsUrl: string,
  shards: readonly number[],
  handlers: LiveHandlers,
): LiveSource => {
  const stop = new AbortController();
  const { signal } = stop;
  let connection: NatsConnection | undefined;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        connection = await connect({ ...CONNECTION, servers: natsUrl });
        if (signal.aborted) await connection.close();
        else await follow(connection, shards, handlers);
      } catch {
        // Not there, or credentials refused: live delivery is a shortcut, HTTP goes on.
      }
      await setTimeout(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  void run();
  return {
    close: async () => {
      stop.abort();
      await connection?.close();
    },
  };
};
