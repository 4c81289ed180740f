import { createClient } from '@clickhouse/client';
import type { ClickHouseServer } from '../../tools/servers/clickhouse.ts';
import type { SinkRow } from '../contracts/fact-sink.ts';

type Access = Pick<ClickHouseServer, 'url' | 'user' | 'password'>;

/** A ClickHouse database as a person looks into it, and spoils it. */
export class ClickHouse {
  readonly database: string;
  readonly #client: ReturnType<typeof createClient>;

  constructor({ url, user, password }: Access, database: string) {
    this.database = database;
    this.#client = createClient({ url, username: user, password });
  }

  async select<Row>(query: string): Promise<Row[]> {
    const answer = await this.#client.query({ query, format: 'JSONEachRow' });
    return answer.json<Row>();
  }

  async run(query: string): Promise<void> {
    await this.#client.command({ query });
  }

  async sinkRows(): Promise<SinkRow[]> {
    const rows = await this.select<SinkRow>(
      `SELECT shard, position, index, hash, void AS isVoid, toString(id) AS id
       FROM ${this.database}.facts ORDER BY shard, position`,
    );
    return rows.map((row) => {
      return { ...row, position: Number(row.position), index: Number(row.index) };
    });
  }

  lose(shard: number, positions: readonly number[]): Promise<void> {
    const which = `shard = ${shard} AND position IN (${positions.join(', ')})`;
    return this.run(`DELETE FROM ${this.database}.fact_rows WHERE ${which}`);
  }

  drop(): Promise<void> {
    return this.run(`DROP DATABASE IF EXISTS ${this.database} SYNC`);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
