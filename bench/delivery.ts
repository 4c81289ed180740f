import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import pg from 'pg';
import { createStore } from '../adapters/postgres/store.ts';
import type { PostgresStore } from '../adapters/postgres/store.ts';
import type { Rule } from '../domain/decision.ts';
import { createSigner, SEED_BYTES } from '../facts/crypto/sign.ts';
import { commitStep } from '../registry/commit.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { RegistryClient } from '../tools/demo/registry-client.ts';
import type { SagaAnswer } from '../tools/demo/registry-client.ts';
import { startWallClock } from '../tools/wall-clock.ts';
import { startStack } from '../tools/stack/stack.ts';
import type { Stack } from '../tools/stack/stack.ts';
import type { Heard, ListenerStart } from './listener-main.ts';
import { openLoop } from './open-loop.ts';
import { FSYNC_BINDS_MS } from './machine.ts';
import { quantile, ratioRow, valueRow } from './row.ts';
import type { Row } from './row.ts';

const TENANTS = 200;
const FACTS_PER_COMMIT = 4;
const RATES_PER_SECOND = [1, 250];
const SECONDS = 20;
/** Not counted: connections are opened, code is compiled. */
const WARM_UP_SECONDS = 4;
const PROVISIONED_AT_ONCE = 10;
const CONNECTIONS = 40;
const BARE_SUBJECT = 'bench.bare';
const BARE_STREAM = 'BENCH';
/** About the length of a commit's message: a line for each of its facts. */
const BARE_BYTES = 700 * FACTS_PER_COMMIT;
/** DESIGN 8. */
const RATIO_BOUND = 6;
const P50_BOUND_MS = 2;
const P99_BOUND_MS = 10;

/**
 * Commit to applied in another process. Its baseline sends as many bytes through bare JetStream to
 * a consumer in the same process, which verifies one signature.
 */
export async function benchDelivery(progress: Progress, fsyncMs: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-bench-'));
  const stack = await startStack({ dir: folder, progress });
  const store = createStore({
    databaseUrl: stack.databaseUrl,
    role: 'tenure_worker',
    maxConnections: CONNECTIONS,
    sealingKey: randomBytes(32),
  });
  const bare = await createBare(stack);
  const listener = await startListener(stack, bare, join(folder, 'plane'));
  try {
    const tenants = await progress(`Provisioning ${TENANTS} tenants`, () => provision(stack));
    const rows: Row[] = [];
    for (const rate of RATES_PER_SECOND) {
      const commit = (seconds: number) =>
        runCommits(stack, store, listener, tenants, { rate, seconds });
      const [commits, baseline] = [
        await progress(`Committing ${rate}/s`, async () => {
          await commit(WARM_UP_SECONDS);
          return commit(SECONDS);
        }),
        await progress(`Bare delivery ${rate}/s`, () => runBare(bare, listener, rate)),
      ];
      rows.push(...toRows(rate, commits, baseline, fsyncMs < FSYNC_BINDS_MS));
    }
    return rows;
  } finally {
    listener.disconnect();
    await bare.close();
    await store.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function toRows(rate: number, tookMs: number[], bareMs: number[], binds: boolean): Row[] {
  const [p50, p99] = [quantile(tookMs, 0.5), quantile(tookMs, 0.99)];
  const loaded = rate > 1;
  const name = `commit to applied elsewhere, ${rate}/s of ${FACTS_PER_COMMIT} facts`;
  const bound = binds && loaded;
  return [
    ratioRow(`${name}, p50`, 'ms', p50, quantile(bareMs, 0.5), loaded ? RATIO_BOUND : null),
    valueRow(`${name}, p50, by the clock`, 'ms', p50, bound ? P50_BOUND_MS : null),
    valueRow(`${name}, p99`, 'ms', p99, bound ? P99_BOUND_MS : null),
  ];
}

/** Each commit asserts four entitlements of one tenant, in turn over all of them. */
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

async function runCommits(
  stack: Stack,
  store: PostgresStore,
  listener: ChildProcess,
  tenants: readonly string[],
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<number[]> {
  const ids: string[] = [];
  const operations: string[] = [];
  await openLoop(rate, seconds, async (at) => {
    const operation = randomUUID();
    operations.push(operation);
    const tenant = tenants[at % tenants.length] ?? '';
    const { facts } = await commitStep(
      store.commits,
      { log: stack.log },
      {
        operation,
        step: 'bench',
        tenant,
        actor: 'bench',
        rule: fourFacts,
        command: { seats: at },
        atMs: Date.now(),
        releaseLock: false,
      },
    );
    ids.push(...facts.map(({ id }) => id));
  });
  const appliedAtMs = await hearAll(listener, new Set(ids));
  return (await commitTimes(stack, operations)).flatMap(({ facts, atMs }) =>
    facts.map(({ id }) => (appliedAtMs.get(id) ?? Number.NaN) - atMs),
  );
}

/** Postgres dates each commit itself (`track_commit_timestamp`). */
async function commitTimes(stack: Stack, operations: readonly string[]) {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ at: string; facts: { id: string }[] }>(
      `select extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000 as at, facts
       from commits where operation = any($1)`,
      [operations],
    );
    return rows.map(({ at, facts }) => ({ facts, atMs: Number(at) }));
  } finally {
    await client.end();
  }
}

async function hearAll(
  listener: ChildProcess,
  missing: Set<string>,
): Promise<ReadonlyMap<string, number>> {
  const heard = new Map<string, number>();
  while (missing.size > 0) {
    for (const [id, atMs] of (await hear(listener)).applied) {
      heard.set(id, atMs);
      missing.delete(id);
    }
    if (missing.size > 0) await sleep(100);
  }
  return heard;
}

async function hear(listener: ChildProcess): Promise<Heard> {
  listener.send('report');
  const [heard] = (await once(listener, 'message')) as [Heard];
  return heard;
}

type Bare = Awaited<ReturnType<typeof createBare>>;

async function createBare(stack: Stack) {
  const connection = await connect({ servers: stack.nats.url });
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: BARE_STREAM, subjects: [BARE_SUBJECT] });
  const signer = createSigner(randomBytes(SEED_BYTES));
  const message = randomBytes(BARE_BYTES);
  const stream = connection.jetstream();
  const nowMs = startWallClock();
  return {
    publicKey: Buffer.from(signer.publicKey).toString('base64'),
    signature: Buffer.from(signer.sign(message)).toString('base64'),
    publish: () => {
      const sentAtMs = nowMs();
      return stream.publish(BARE_SUBJECT, Buffer.concat([Buffer.from(`${sentAtMs} `), message]));
    },
    close: () => connection.close(),
  };
}

async function runBare(bare: Bare, listener: ChildProcess, rate: number): Promise<number[]> {
  await openLoop(rate, WARM_UP_SECONDS, () => bare.publish());
  await hear(listener);
  await openLoop(rate, SECONDS, () => bare.publish());
  return [...(await hear(listener)).bareMs];
}

async function startListener(stack: Stack, bare: Bare, directory: string): Promise<ChildProcess> {
  const start: ListenerStart = {
    registryUrl: stack.api.url,
    natsUrl: stack.nats.url,
    token: stack.readerToken,
    log: stack.log,
    root: stack.rootKey,
    directory,
    bareStream: BARE_STREAM,
    publicKey: bare.publicKey,
    signature: bare.signature,
  };
  const entry = fileURLToPath(new URL('listener-main.ts', import.meta.url));
  const listener = fork(entry, [JSON.stringify(start)]);
  await once(listener, 'message');
  return listener;
}

async function provision(stack: Stack): Promise<string[]> {
  const client = new RegistryClient(stack.api.url, stack.operatorToken);
  const tenants: string[] = [];
  const provisionOne = async (at: number) => {
    const body = { slug: `bench-${at}`, displayName: 'Bench', isolation: 'pool', plan: 'free' };
    const { saga } = await client.call<{ saga: SagaAnswer }>('POST', '/v1/tenants', {
      ...body,
      admin: { email: 'bench@example.com' },
    });
    await client.follow(saga.id);
    tenants.push(saga.tenant);
  };
  for (let at = 0; at < TENANTS; at += PROVISIONED_AT_ONCE) {
    const numbers = Array.from({ length: PROVISIONED_AT_ONCE }, (_none, offset) => at + offset);
    await Promise.all(numbers.map(provisionOne));
  }
  return tenants;
}
