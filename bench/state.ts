import { get, start } from '../tools/servers/postgres.ts';
import type { PostgresServer } from '../tools/servers/postgres.ts';
import { quiet } from '../tools/servers/progress.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { freshDatabase } from './databases.ts';
import { quantile, ratioRow } from './row.ts';
import type { Row } from './row.ts';
import { StateRegistry } from './state-registry.ts';

const TENANTS = [1_000, 100_000, 1_000_000];
const RUNS = 15;
/** Until most inner nodes are at hand, as in an API that has run for a while. */
const WARM_UP_VIEWS = 5_000;
const VIEWS = 200;
/** Of one minute, on a busy day. */
const MANY_CHANGED = 250;
/** DESIGN 8: whatever the number of tenants. */
const BOUND = 1.5;

interface Measured {
  readonly tenants: number;
  readonly oneMs: number;
  readonly manyMs: number;
  readonly viewMs: number;
  readonly viewBytes: number;
}

/**
 * What a minute's snapshot and one tenant's view cost among few tenants and among many. That of 250
 * changed tenants is told and not bound: among a thousand they share their pages, among a million
 * hardly two do.
 */
export async function benchState(progress: Progress): Promise<Row[]> {
  const server = await start({ paths: await get(quiet) });
  try {
    const all: Measured[] = [];
    for (const tenants of TENANTS) {
      const name = `The state of ${tenants.toLocaleString('en')} tenants`;
      all.push(await progress(name, () => measure(server, tenants)));
    }
    const [least, ...more] = all;
    if (least === undefined) return [];
    return more.flatMap((one) => toRows(one, least));
  } finally {
    await server.stop();
  }
}

function toRows(one: Measured, least: Measured): Row[] {
  const among = `among ${one.tenants.toLocaleString('en')} tenants`;
  return [
    ratioRow(`snapshot, one tenant changed ${among}, p50`, 'ms', one.oneMs, least.oneMs, BOUND),
    ratioRow(
      ...([`snapshot, ${MANY_CHANGED} changed ${among}, p50`, 'ms'] as const),
      ...([one.manyMs, least.manyMs, null] as const),
    ),
    ratioRow(`view of one tenant ${among}, p50`, 'ms', one.viewMs, least.viewMs, BOUND),
    ratioRow(`view of one tenant ${among}, p50`, 'B', one.viewBytes, least.viewBytes, null),
  ];
}

async function measure(server: PostgresServer, tenants: number): Promise<Measured> {
  const databaseUrl = await freshDatabase(server, `state_${tenants}`);
  const registry = await StateRegistry.load(databaseUrl, tenants);
  try {
    const run = async (changed: number): Promise<number> => {
      // Not counted: code is compiled, connections are opened.
      await registry.increment(changed);
      const tookMs: number[] = [];
      for (let at = 0; at < RUNS; at += 1) tookMs.push(await registry.increment(changed));
      return quantile(tookMs, 0.5);
    };
    const [oneMs, manyMs] = [await run(1), await run(MANY_CHANGED)];
    for (let at = 0; at < WARM_UP_VIEWS; at += 1) await registry.view();
    const views = [];
    for (let at = 0; at < VIEWS; at += 1) views.push(await registry.view());
    const viewMs = quantile(
      views.map(({ ms }) => ms),
      0.5,
    );
    const viewBytes = quantile(
      views.map(({ bytes }) => bytes),
      0.5,
    );
    return { tenants, oneMs, manyMs, viewMs, viewBytes };
  } finally {
    await registry.close();
  }
}
