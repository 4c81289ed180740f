import { get, start } from '../tools/servers/postgres.ts';
import type { PostgresServer } from '../tools/servers/postgres.ts';
import { quiet } from '../tools/servers/progress.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { freshDatabase } from './databases.ts';
import { quantile, ratioRow } from './row.ts';
import type { Row } from './row.ts';
import { TenantsRegistry } from './tenants-registry.ts';

const [FEW, MANY] = [1_000, 1_000_000];
/** Not counted: connections are opened, statements prepared, pages read. */
const WARM_UP_ROUNDS = 150;
const ROUNDS = 500;
/** DESIGN 8. */
const BOUND = 1.5;

/**
 * What each operation of the server costs among few tenants and among many: both registries in
 * turns, so that whatever else the machine does slows both.
 */
export async function benchTenants(progress: Progress): Promise<Row[]> {
  const server = await start({ paths: await get(quiet) });
  const registries: TenantsRegistry[] = [];
  try {
    for (const tenants of [FEW, MANY]) {
      const name = `Loading ${tenants.toLocaleString('en')} tenants`;
      registries.push(await progress(name, () => load(server, tenants)));
    }
    const measured = await progress('Every operation among few and many', async () => {
      await measure(registries, WARM_UP_ROUNDS);
      return measure(registries, ROUNDS);
    });
    const among = `among ${MANY.toLocaleString('en')} tenants`;
    return [...measured].map(([name, [ofFew = [], ofMany = []]]) =>
      ratioRow(`${name} ${among}, p50`, 'ms', median(ofMany), median(ofFew), BOUND),
    );
  } finally {
    await Promise.all(registries.map((registry) => registry.close()));
    await server.stop();
  }
}

async function load(server: PostgresServer, tenants: number): Promise<TenantsRegistry> {
  return TenantsRegistry.load(await freshDatabase(server, `tenants_${tenants}`), tenants);
}

/** By operation and registry, milliseconds of each run. */
async function measure(
  registries: readonly TenantsRegistry[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[][]>> {
  const all = registries.map((registry) => registry.operations());
  const names = Object.keys(all[0] ?? {});
  const measured = new Map(names.map((name) => [name, registries.map((): number[] => [])]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, tookMs] of measured) {
      for (let turn = 0; turn < all.length; turn += 1) {
        // Who is second finds the processor's caches warm: in turns.
        const at = (round + turn) % all.length;
        const startedMs = performance.now();
        await all[at]?.[name]?.();
        tookMs[at]?.push(performance.now() - startedMs);
      }
    }
  }
  return measured;
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
