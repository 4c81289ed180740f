import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { FactSink, SinkFact, SinkStanding } from '../../ports/fact-sink.ts';
import { goneRow, rowOf } from './row.ts';
import { schemaOf, standingOf, writtenOf } from './schema.ts';

const REQUEST_TIMEOUT_MS = 30_000;

export interface ClickHouseOptions {
  /** Of the HTTP interface. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** An identifier: it stands in statements as it is. */
  readonly database: string;
}

type Standing = { shard: number; last: string; head: string; voids: string };
type Written = { shard: number; last: string; generation: number };

/** Facts as rows of ClickHouse, for analysis. */
export function createClickHouseSink(options: ClickHouseOptions): FactSink {
  return new ClickHouseSink(options);
}

class ClickHouseSink implements FactSink {
  readonly name = 'clickhouse';
  readonly #database: string;
  readonly #client: ReturnType<typeof createClient>;
  /** By shard, as of the last standing or replacement: what appended rows belong to. */
  readonly #generations = new Map<number, number>();

  constructor({ url, user, password, database }: ClickHouseOptions) {
    this.#database = database;
    this.#client = createClient({
      url,
      username: user,
      password,
      request_timeout: REQUEST_TIMEOUT_MS,
      application: 'tenure',
      // Failures are the caller's to report, once.
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  async prepare(): Promise<void> {
    for (const query of schemaOf(this.#database)) await this.#client.command({ query });
  }

  async standing(): Promise<ReadonlyMap<number, SinkStanding>> {
    await this.#learnWritten();
    const rows = await this.#select<Standing>(standingOf(this.#database));
    return new Map(
      rows.map(({ shard, last, head, voids }) => [
        shard,
        { position: Number(last), hash: head, voids: Number(voids) },
      ]),
    );
  }

  append(facts: readonly SinkFact[]): Promise<void> {
    return this.#insert(facts.map((one) => rowOf(one, this.#generations.get(one.shard) ?? 0)));
  }

  /** One insert: whoever reads meanwhile sees the shard as it was or as it is. */
  async replace(shard: number, facts: readonly SinkFact[]): Promise<void> {
    const written = (await this.#learnWritten()).get(shard);
    const generation = (written?.generation ?? 0) + 1;
    const beyond = Math.max(0, Number(written?.last ?? 0) - facts.length);
    await this.#insert([
      ...facts.map((one) => rowOf(one, generation)),
      ...Array.from({ length: beyond }, (_, at) =>
        goneRow(shard, facts.length + 1 + at, generation),
      ),
    ]);
    this.#generations.set(shard, generation);
  }

  async probe(): Promise<void> {
    await this.#select('SELECT 1');
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #learnWritten(): Promise<ReadonlyMap<number, Written>> {
    const rows = await this.#select<Written>(writtenOf(this.#database));
    this.#generations.clear();
    for (const { shard, generation } of rows) this.#generations.set(shard, generation);
    return new Map(rows.map((row) => [row.shard, row]));
  }

  async #select<Row>(query: string): Promise<Row[]> {
    const answer = await this.#client.query({ query, format: 'JSONEachRow' });
    return answer.json<Row>();
  }

  async #insert(values: readonly object[]): Promise<void> {
    if (values.length === 0) return;
    const table = `${this.#database}.fact_rows`;
    await this.#client.insert({ table, values, format: 'JSONEachRow' });
  }
}
