import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { createStore } from '../adapters/postgres/store.ts';
import type { PostgresStore } from '../adapters/postgres/store.ts';
import type { Rule } from '../domain/decision.ts';
import { commitStep } from '../registry/commit.ts';

const CONNECTIONS = 40;
export const FACTS_PER_COMMIT = 4;

/** Each commit asserts four entitlements of one tenant. */
const fourFacts: Rule<{ seats: number }> = (_view, { seats }) => ({
  changes: [],
  facts: Array.from({ length: FACTS_PER_COMMIT }, (_none, at) => ({
    kind: 'entitlement',
    subject: `entitlement:product-${at}`,
    op: 'assert',
    body: { product: `product-${at}`, plan: 'team', limits: { seats }, until: null },
  })),
  audit: [],
});

export interface Committed {
  readonly operation: string;
  /** Of the facts. */
  readonly ids: readonly string[];
}

/** Commits four facts at a time, of the given tenants in turn. */
export class Committing {
  readonly #databaseUrl: string;
  readonly #store: PostgresStore;
  readonly #log: string;
  readonly #tenants: readonly string[];

  constructor(databaseUrl: string, log: string, tenants: readonly string[]) {
    this.#databaseUrl = databaseUrl;
    this.#store = createStore({
      databaseUrl,
      role: 'tenure_worker',
      maxConnections: CONNECTIONS,
      sealingKey: randomBytes(32),
    });
    this.#log = log;
    this.#tenants = tenants;
  }

  commit(at: number): Promise<Committed> {
    return this.commitTo(this.#tenants[at % this.#tenants.length] ?? '', at);
  }

  async commitTo(tenant: string, seats: number): Promise<Committed> {
    const operation = randomUUID();
    const { facts } = await commitStep(
      this.#store.commits,
      { log: this.#log },
      {
        operation,
        step: 'bench',
        tenant,
        actor: 'bench',
        rule: fourFacts,
        command: { seats },
        atMs: Date.now(),
        releaseLock: false,
      },
    );
    return { operation, ids: facts.map(({ id }) => id) };
  }

  /** Postgres dates each commit itself (`track_commit_timestamp`): fact id -> milliseconds. */
  async timesOf(commits: readonly Committed[]): Promise<ReadonlyMap<string, number>> {
    const client = new pg.Client({ connectionString: this.#databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ at: string; facts: { id: string }[] }>(
        `select extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000 as at, facts
         from commits where operation = any($1)`,
        [commits.map(({ operation }) => operation)],
      );
      return new Map(rows.flatMap(({ at, facts }) => facts.map(({ id }) => [id, Number(at)])));
    } finally {
      await client.end();
    }
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
