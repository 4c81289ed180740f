import { connect } from 'nats';
import type { NatsConnection } from 'nats';
import { SHARD_COUNT, shardName } from '../../facts/crypto/shard.ts';

/** One subject per shard (DESIGN 4.5). */
const SUBJECT_PREFIX = 'tenure.facts.';
const RECONNECT_WAIT_MS = 1_000;

export type LiveHandlers = {
  lines(shard: number, lines: string[]): void;
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
};

/**
 * Live delivery over core NATS: a reader counts our positions, so it needs no stream consumer and
 * no acknowledgement. Tries for ever in the background; until it succeeds the plane polls.
 */
export const openLiveSource = (
  natsUrl: string,
  shards: readonly number[],
  handlers: LiveHandlers,
): LiveSource => {
  let closed = false;
  let connection: NatsConnection | undefined;
  const watch = async (live: NatsConnection): Promise<void> => {
    for await (const status of live.status()) {
      if (String(status.type) === 'reconnect') handlers.connected();
    }
  };
  const start = async (): Promise<void> => {
    const live = await connect({
      servers: natsUrl,
      name: 'tenure-data-plane',
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_WAIT_MS,
      waitOnFirstConnect: true,
    });
    if (closed) {
      await live.close();
      return;
    }
    connection = live;
    subscribe(live, shards, handlers);
    await live.flush();
    handlers.connected();
    await watch(live);
  };
  const retry = async (): Promise<void> => {
    while (!closed) {
      try {
        await start();
        return;
      } catch {
        // Refused credentials or a bad address: live delivery is a shortcut, polling goes on.
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_WAIT_MS).unref());
      }
    }
  };
  void retry();
  return {
    close: async () => {
      closed = true;
      await connection?.close();
    },
  };
};
