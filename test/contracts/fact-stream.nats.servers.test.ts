import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'nats';
import { createNatsFactStream } from '../../adapters/nats/fact-stream.ts';
import { STREAM, SUBJECT_PREFIX } from '../../adapters/nats/stream.ts';
import { formatEnvelope } from '../../facts/core/envelope.ts';
import { formatLine, parseLine } from '../../facts/core/line.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import type { FactBatch, FactStream, StreamReading } from '../../ports/fact-stream.ts';
import * as nats from '../../tools/servers/nats.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { eventually } from '../support/eventually.ts';

const HEALED_WITHIN_MS = 30_000;
const envelope = formatEnvelope({
  payload: new Uint8Array([1]),
  keyId: 'key',
  signature: new Uint8Array(64),
});

/** Of one shard's facts in the log here; indexes are never the same in two shards. */
const INDEXES_PER_SHARD = 1_000;

/** Lines `from`..`to` of a shard. */
function batch(shard: number, from: number, to: number): FactBatch {
  const indexOf = (position: number) => shard * INDEXES_PER_SHARD + position;
  const positions = Array.from({ length: to - from + 1 }, (_none, at) => from + at);
  const lines = positions.map((position) =>
    formatLine({ position, index: indexOf(position), envelope }),
  );
  return { shard, epoch: 1, first: indexOf(from), last: indexOf(to), lines };
}

let server: nats.NatsServer;
let stream: FactStream & StreamReading;
const reports: string[] = [];

beforeAll(async () => {
  server = await nats.start({ paths: await nats.get(quiet) });
  stream = createNatsFactStream({
    url: server.url,
    log: 'tenure.example/test',
    replicas: 1,
    report: (message) => reports.push(message),
  });
});
afterAll(async () => {
  await stream.close();
  await server.stop();
});

/** Positions as a subscriber of the shard reads them, in the order of the stream. */
async function heldPositions(shard: number): Promise<number[]> {
  const connection = await connect({ servers: server.url });
  try {
    const manager = await connection.jetstreamManager();
    const info = await manager.streams.info(STREAM);
    const positions: number[] = [];
    for (let seq = info.state.first_seq; seq <= info.state.last_seq; seq += 1) {
      const message = await manager.streams.getMessage(STREAM, { seq });
      if (message.subject !== SUBJECT_PREFIX + shardName(shard)) continue;
      positions.push(
        ...message
          .string()
          .split('\n')
          .map((line) => parseLine(line).position),
      );
    }
    return positions;
  } finally {
    await connection.close();
  }
}

const published = (batches: FactBatch[]) =>
  eventually(async () => expect(await stream.publish(batches)).toBe(true), {
    withinMs: HEALED_WITHIN_MS,
    what: 'the stream acknowledges',
  });

describe('fact stream contract: NATS JetStream', () => {
  test('keeps the lines of a shard in order and tells the last position', async () => {
    await published([batch(1, 1, 3), batch(2, 1, 1)]);
    await published([batch(1, 4, 4)]);
    expect(await heldPositions(1)).toEqual([1, 2, 3, 4]);
    expect(await stream.lastPosition(1)).toBe(4);
    expect(await stream.lastPosition(2)).toBe(1);
    expect(await stream.lastPosition(9)).toBe(0);
  });

  test('gives the lines of the last message, and of all', async () => {
    const [last, other] = [batch(6, 1, 2), batch(7, 1, 1)];
    await published([last, other]);
    expect(await stream.lastLines(6)).toEqual(last.lines);
    expect(await stream.lastLines(10)).toEqual([]);
    const all: string[] = [];
    for await (const lines of stream.readAll()) all.push(...lines);
    expect(all).toEqual(expect.arrayContaining([...last.lines, ...other.lines]));
  });

  test('gives what came since a time, and ends', async () => {
    await published([batch(8, 1, 1)]);
    const sinceMs = Date.now();
    await published([batch(8, 2, 3)]);
    const since = async (ms: number) => (await Array.fromAsync(stream.linesSince(ms))).at(-1);
    expect(await since(sinceMs)).toEqual({ shard: 8, lines: batch(8, 2, 3).lines });
    const all = await Array.fromAsync(stream.linesSince(0));
    expect(all).toContainEqual({ shard: 8, lines: batch(8, 1, 1).lines });
    expect(await since(Date.now() + 60_000)).toBeUndefined();
  });

  test('takes garbage in its tail for nothing known, so that the shard is filled again', async () => {
    await published([batch(9, 1, 2)]);
    const connection = await connect({ servers: server.url });
    await connection.jetstream().publish(SUBJECT_PREFIX + shardName(9), 'garbage');
    await connection.close();
    expect(await stream.lastPosition(9)).toBe(0);
  });

  test('drops a repeated batch, and not one that grew with the same first index', async () => {
    await published([batch(3, 1, 1)]);
    await published([batch(3, 1, 1)]);
    await published([batch(3, 1, 2)]);
    expect(await heldPositions(3)).toEqual([1, 1, 2]);
  });

  test('says false while the server is down, and works again when it is back', async () => {
    await server.kill('SIGKILL');
    expect(await stream.publish([batch(4, 1, 1)])).toBe(false);
    await expect(stream.lastPosition(4)).rejects.toThrow('NATS is not there');
    await server.restart();
    await published([batch(4, 1, 1)]);
    expect(await stream.lastPosition(4)).toBe(1);
  });

  test('makes the stream again when somebody deleted it', async () => {
    const connection = await connect({ servers: server.url });
    await (await connection.jetstreamManager()).streams.delete(STREAM);
    await connection.close();
    // Not an empty one: what it held is not known.
    await expect(stream.lastLines(5)).rejects.toThrow('stream not found');
    await eventually(async () => expect(await stream.lastLines(5)).toEqual([]));
    await published([batch(5, 1, 1)]);
    expect(await stream.lastPosition(5)).toBe(1);
  });
});

test('a server that is not there holds up neither the start nor a publish', async () => {
  const absent = createNatsFactStream({
    url: 'nats://127.0.0.1:1',
    log: 'tenure.example/test',
    replicas: 1,
    report: () => undefined,
  });
  expect(await absent.publish([batch(1, 1, 1)])).toBe(false);
  await absent.close();
});
