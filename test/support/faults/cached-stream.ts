import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'nats';
import type { JetStreamManager, NatsConnection } from 'nats';
import { STREAM, SUBJECT_PREFIX } from '../../../adapters/nats/stream.ts';
import { parseEnvelope } from '../../../facts/core/envelope.ts';
import { formatLine, parseLine } from '../../../facts/core/line.ts';
import { seal } from '../../sdk/support/fact-writer.ts';

/** The stream as anybody who may connect to NATS can see and change it. */
export class CachedStream {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;

  constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.connection = connection;
    this.manager = manager;
  }

  static async open(url: string): Promise<CachedStream> {
    const connection = await connect({ servers: url, reconnect: false });
    return new CachedStream(connection, await connection.jetstreamManager());
  }

  /** Of the last line of each of these shards; 0: none. */
  async positions(shards: readonly string[]): Promise<Record<string, number>> {
    const last = shards.map(async (shard) => {
      const line = await this.#lastLine(shard);
      return [shard, line === undefined ? 0 : parseLine(line).position] as const;
    });
    return Object.fromEntries(await Promise.all(last));
  }

  /** Lines as of the next positions: a broken signature, a stranger's key, an old fact anew. */
  async forge(shard: string): Promise<void> {
    const line = await this.#lastLine(shard);
    if (line === undefined) throw new Error(`nothing to forge in shard ${shard}`);
    const { position, index, envelope } = parseLine(line);
    const { payload } = parseEnvelope(envelope);
    const forged = [
      envelope.replace('"sig":"', '"sig":"AA').replace(/..==/, '=='),
      seal(payload),
      envelope,
    ];
    const lines = forged.map((each) =>
      formatLine({ position: position + 1, index: index + 1, envelope: each }),
    );
    this.connection.publish(SUBJECT_PREFIX + shard, lines.join('\n'));
    await this.connection.flush();
  }

  async #lastLine(shard: string): Promise<string | undefined> {
    const query = { last_by_subj: SUBJECT_PREFIX + shard };
    const message = await this.manager.streams.getMessage(STREAM, query).catch(() => undefined);
    return message?.string().trimEnd().split('\n').at(-1);
  }
}

/** Cuts the newest block of the stream's messages in the middle, while its server is down. */
export function cutNewestBlock(natsDir: string): void {
  const folder = join(natsDir, 'jetstream', 'jetstream', '$G', 'streams', STREAM, 'msgs');
  const blocks = readdirSync(folder).filter((name) => name.endsWith('.blk'));
  const newest = blocks.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1);
  if (newest === undefined) throw new Error(`no blocks in ${folder}`);
  const path = join(folder, newest);
  truncateSync(path, Math.floor(statSync(path).size / 2));
}
