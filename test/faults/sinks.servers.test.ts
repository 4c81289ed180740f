import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { connect } from 'nats';
import { openKeyFile } from '../../adapters/key-file/signer.ts';
import { STREAM, SUBJECT_PREFIX } from '../../adapters/nats/stream.ts';
import { formatEnvelope } from '../../facts/core/envelope.ts';
import { formatLine } from '../../facts/core/line.ts';
import { preAuthEncoding } from '../../facts/core/pae.ts';
import { shardName, shardOf } from '../../facts/crypto/shard.ts';
import { chainOf } from '../registry/fake-fact-log.ts';
import { eventually } from '../support/eventually.ts';
import { clickhouseRows, postgresRows } from '../support/sinks/rows.ts';
import { startSinkWorld, type SinkWorld } from '../support/sinks/world.ts';

const START_WITHIN_MS = 400_000;
/** A comparison each 10 s finds what no failed write has told. */
const EQUAL_WITHIN_MS = 40_000;

/*
 * ClickHouse holds what Postgres holds, row for row, after each of these. Every test leaves the
 * world equal, so that each begins from there.
 */
let world: SinkWorld;

beforeAll(async () => {
  world = await startSinkWorld();
}, START_WITHIN_MS);
afterAll(() => world?.stop(), START_WITHIN_MS);

const sunk = async (): Promise<number> => {
  const sql = `SELECT toUInt32(count()) AS rows FROM ${world.tables.database}.facts`;
  const [found] = await world.tables.select<{ rows: number }>(sql);
  return found?.rows ?? 0;
};
const signed = async (): Promise<number> => {
  const { rows } = await world.admin.query<{ left: number }>(
    'select count(*)::int as left from outbox',
  );
  return rows[0]?.left ?? Number.NaN;
};

/** Nothing waits for its signature, and both have the same rows. */
const equal = () =>
  eventually(
    async () => {
      expect(await signed()).toBe(0);
      const [ours, theirs] = [await postgresRows(world.admin), await clickhouseRows(world.tables)];
      expect(theirs).toHaveLength(ours.length);
      expect(theirs).toEqual(ours);
    },
    { withinMs: EQUAL_WITHIN_MS, everyMs: 200, what: 'ClickHouse equals Postgres' },
  );

beforeEach(async () => {
  await world.commit(1, 1);
  await equal();
});

test('a burst of a thousand facts of fifty tenants', async () => {
  await world.commit(50, 20);
  await equal();
});

test('the sinks are killed in the middle of a burst, and start again', async () => {
  const before = await sunk();
  const burst = world.commit(20, 20);
  await eventually(async () => expect(await sunk()).toBeGreaterThan(before), { everyMs: 5 });
  await world.sinks.kill('SIGKILL');
  await burst;
  await world.commit(5, 5);
  await world.sinks.restart();
  await equal();
});

test('ClickHouse is killed in a burst, and answers are lost when it is back', async () => {
  const burst = world.commit(20, 10);
  await world.store.kill('SIGKILL');
  await burst;
  await world.store.restart();
  for (const lost of [1, 2, 3]) {
    world.proxy.repliesToLose = 1;
    await world.commit(1, 5);
    await eventually(() => expect(world.proxy.repliesLost).toBe(lost), {
      withinMs: EQUAL_WITHIN_MS,
    });
  }
  await equal();
});

test('the stream is deleted in a burst', async () => {
  const connection = await connect({ servers: world.nats.url });
  const burst = world.commit(20, 10);
  await (await connection.jetstreamManager()).streams.delete(STREAM);
  await burst;
  await connection.close();
  await equal();
});

test('NATS is killed, and is back after a burst', async () => {
  await world.nats.kill('SIGKILL');
  await world.commit(5, 10);
  await equal();
  await world.nats.restart();
});

test('the tables are dropped', async () => {
  await world.tables.drop();
  await world.commit(2, 5);
  await equal();
});

test('rows are lost that nobody writes to any more', async () => {
  const rows = await clickhouseRows(world.tables);
  const [first] = rows;
  await world.tables.run(
    `DELETE FROM ${world.tables.database}.fact_rows WHERE shard = ${first?.['shard']}`,
  );
  expect(await sunk()).toBeLessThan(rows.length);
  await equal();
});

test('the reader of the sinks loses its directory', async () => {
  await world.sinks.kill('SIGKILL');
  rmSync(world.sinksDir, { recursive: true });
  await world.commit(2, 5);
  await world.sinks.restart();
  await equal();
});

test('a fact by a stolen key gets in over NATS, and is taken back', async () => {
  const thief = openKeyFile(join(world.keyDir, 'fact.key'));
  const tenant = '00000000-0000-4000-8000-00000000dead';
  const shard = shardOf(tenant);
  const held = (await postgresRows(world.admin)).filter((row) => row['shard'] === String(shard));
  const [forged] = chainOf(1, tenant, world.log);
  const payload = forged?.payload ?? new Uint8Array();
  const signature = await thief.sign(preAuthEncoding(payload));
  const envelope = formatEnvelope({ payload, keyId: thief.keyId, signature });
  const line = formatLine({ position: held.length + 1, index: 1_000_000, envelope });
  const connection = await connect({ servers: world.nats.url });
  const before = await sunk();
  connection.publish(SUBJECT_PREFIX + shardName(shard), line);
  await eventually(async () => expect(await sunk()).toBe(before + 1));
  await connection.close();
  await equal();
});
