import { randomBytes } from 'node:crypto';
import { connect } from 'nats';
import type { Subscription } from 'nats';
import pg from 'pg';
import { BATCH_FACTS } from '../registry/sequencer.ts';
import type { Stack } from '../tools/stack/stack.ts';
import { FACTS_PER_COMMIT } from './committing.ts';
import type { Committing } from './committing.ts';
import type { Embedded } from './embedded.ts';
import { endingAfter } from './ending.ts';
import { rateRow } from './row.ts';
import type { Row } from './row.ts';

const FACTS = 20_000;
const AT_ONCE = 20;
const PAYLOAD_BYTES = 500;
const SIGNATURE_BYTES = 64;
/** Facts a second (issue 4). */
const BOUND = 1_000;

/**
 * How fast a sequencer runs a full outbox down: index, signature, fsynced commit, published and
 * seen by a subscriber. Its baseline is bare inserts of as many rows in commits of as many.
 */
export async function benchSequencing({ stack, committing, progress }: Embedded): Promise<Row[]> {
  await stack.sequencer.kill('SIGKILL');
  await progress(`Committing ${FACTS} facts`, () => fillOutbox(committing));
  const perSecond = await progress('Sequencing them', () => sequenceAll(stack));
  const bare = await progress('Bare inserts', () => insertBare(stack.databaseUrl, FACTS));
  return [
    rateRow('sequencer: facts indexed, signed, committed, published', perSecond, bare, BOUND),
  ];
}

async function fillOutbox(committing: Committing): Promise<void> {
  const numbers = Array(FACTS / FACTS_PER_COMMIT).keys();
  const commitOneByOne = async () => {
    for (const at of numbers) await committing.commit(at);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, commitOneByOne));
}

/** Facts a second, of a sequencer that begins now. */
async function sequenceAll(stack: Stack): Promise<number> {
  const connection = await connect({ servers: stack.nats.url });
  return endingAfter(
    async () => {
      const arriving = timeArrivals(connection.subscribe('tenure.facts.*'));
      await connection.flush();
      await stack.sequencer.restart();
      return arriving;
    },
    () => connection.close(),
  );
}

/**
 * Facts a second, from the arrival of the first message to that of the last: of the
 * first batch nothing is counted, since the time that it took is not known.
 */
async function timeArrivals(messages: Subscription): Promise<number> {
  let [lines, firstMs] = [0, Number.NaN];
  for await (const message of messages) {
    if (lines === 0) firstMs = performance.now();
    lines += message.string().split('\n').length;
    if (lines >= FACTS) break;
  }
  const seconds = (performance.now() - firstMs) / 1_000;
  return (FACTS - BATCH_FACTS) / seconds;
}

/** Rows a second. */
async function insertBare(databaseUrl: string, rows: number): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      'create table bench_rows (index bigint primary key, payload bytea, signature bytea)',
    );
    const payloads = Array.from({ length: BATCH_FACTS }, () => randomBytes(PAYLOAD_BYTES));
    const signatures = payloads.map(() => randomBytes(SIGNATURE_BYTES));
    const startedMs = performance.now();
    for (let at = 0; at < rows; at += BATCH_FACTS) {
      await client.query({
        name: 'insert_bare',
        text: `insert into bench_rows
               select * from unnest($1::bigint[], $2::bytea[], $3::bytea[])`,
        values: [payloads.map((_payload, n) => at + n), payloads, signatures],
      });
    }
    return rows / ((performance.now() - startedMs) / 1_000);
  } finally {
    await client.end();
  }
}
