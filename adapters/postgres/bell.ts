import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { OutboxBell } from '../../ports/fact-log.ts';
import { connectionConfig } from './pool.ts';

/** Rung after each commit; the sequencer listens. */
export const OUTBOX_CHANNEL = 'tenure_outbox';

const RECONNECT_PAUSE_MS = 500;

export function createOutboxBell({ databaseUrl }: { readonly databaseUrl: string }): OutboxBell {
  return {
    listen: async (onCommit) => {
      const closing = new AbortController();
      let client: pg.Client;
      const connect = async () => {
        client = await startListening(databaseUrl, onCommit);
        client.once('end', () => void reconnect());
        if (closing.signal.aborted) await client.end();
        else onCommit(); // for what was committed while nobody listened
      };
      const reconnect = async () => {
        while (!closing.signal.aborted) {
          await pause(RECONNECT_PAUSE_MS, undefined, { ref: false });
          const connected = await connect().then(
            () => true,
            () => false, // still down; the sequencer polls meanwhile
          );
          if (connected) return;
        }
      };
      await connect();
      return {
        close: async () => {
          closing.abort();
          await client.end();
        },
      };
    },
  };
}

async function startListening(databaseUrl: string, onCommit: () => void): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig(databaseUrl, 'tenure_sequencer'));
  client.on('error', () => undefined); // 'end' follows
  client.on('notification', onCommit);
  try {
    await client.connect();
    await client.query(`listen ${OUTBOX_CHANNEL}`);
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}
