import { expect } from '@jest/globals';
import type { OperationKind } from '../../../domain/operation.ts';
import { toBase64Url } from '../../../facts/core/bytes.ts';
import { preAuthEncoding } from '../../../facts/core/pae.ts';
import { parsePayload } from '../../../facts/core/payload.ts';
import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import { EMPTY_HASH } from '../../../facts/crypto/hash.ts';
import { createVerifier } from '../../../facts/crypto/verify.ts';
import type { InventoryItem } from '../../../ports/identity-provider.ts';
import { tenantOf } from '../../../ports/owner-mark.ts';
import { asSaga } from '../../contracts/a-call.ts';
import type { Outside } from '../saga-outside.ts';
import { FACT_KEY } from '../saga-sequencer.ts';

/** States in which a tenant has its objects outside (invariant I1, DESIGN 9). */
const THERE: ReadonlySet<string> = new Set(['trial', 'active', 'frozen']);
/** In which facts tell of it. */
const TOLD: ReadonlySet<string> = new Set([...THERE, 'archived']);
/** Sagas after which a tenant that is there need not be active. */
const CHANGE_STATE: readonly OperationKind[] = ['freezeTenant', 'unfreezeTenant', 'offboardTenant'];
const INVENTORY_WITHIN_MS = 60_000;

export interface Slate {
  readonly outside: Outside;
  /** Whose objects it is about. */
  readonly registry: string;
  readonly database: {
    readonly admin: {
      query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
    };
  };
}

interface TenantRow {
  readonly id: string;
  readonly slug: string;
  readonly state: string;
  readonly isolation: 'silo' | 'pool';
  /** Custom domains that are active. */
  readonly domains: number;
}

interface FactRow {
  readonly id: string;
  readonly payload: Buffer;
  readonly leaf_hash: Buffer;
  readonly signature: Buffer;
}

interface Meant {
  /** Only these: others may be on their way. */
  readonly tenants?: readonly string[] | undefined;
  /** Names of objects that the test itself put in the way. */
  readonly foreign?: readonly string[];
}

/**
 * DESIGN 9, from outside. I1: every tenant that is there has exactly its four objects and a route for each of its domains, and every
 * object that is ours belongs to a tenant that is there. I2: every saga ended, and gave back its
 * lock and, unwound, its secrets. I3: the facts of the commits and no others, each once, signed.
 * I4: chains without a gap.
 */
export async function expectCleanSlate(slate: Slate, meant: Meant = {}): Promise<void> {
  const all = await select<TenantRow>(
    slate,
    `select id, slug, state, isolation, (select count(*)::int from domains
       where domains.tenant = tenants.id and domains.state = 'active') as domains
     from tenants where id <> $1 order by id`,
    [PLATFORM_TENANT],
  );
  const known = all.filter(({ id }) => meant.tenants?.includes(id) ?? true);
  await expectEnded(slate, known);
  await expectNoOrphans(slate, known, meant.foreign ?? []);
  for (const tenant of known) await expectFactsOnce(slate, tenant);
}

async function expectEnded(slate: Slate, tenants: readonly TenantRow[]): Promise<void> {
  const ids = tenants.map(({ id }) => id);
  const open = await select(
    slate,
    `select id, kind, state, reason from operations
     where tenant = any($1) and (state not in ('done', 'unwound') or holds_lock)`,
    [ids],
  );
  expect(open).toEqual([]);
  const provisioned = await select<{ tenant: string; state: string }>(
    slate,
    `select tenant, state from operations
     where tenant = any($1) and kind = 'provisionTenant' order by tenant`,
    [ids],
  );
  const changed = await select<{ tenant: string }>(
    slate,
    `select tenant from operations
     where tenant = any($1) and kind = any($2) and state = 'done'`,
    [ids, CHANGE_STATE],
  );
  // What froze it, or thawed it, ended too: the state is that of the last one.
  const others = new Set(changed.map(({ tenant }) => tenant));
  const stateOf = ({ id, state }: TenantRow) =>
    others.has(id) && TOLD.has(state) ? 'told' : state;
  const wantedOf = (tenant: string) => (others.has(tenant) ? 'told' : 'active');
  expect(tenants.map((tenant) => [tenant.id, stateOf(tenant)])).toEqual(
    provisioned.map(({ tenant, state }) => [
      tenant,
      state === 'done' ? wantedOf(tenant) : 'failed',
    ]),
  );
  const secrets = await select(
    slate,
    `select name from secrets join tenants on tenants.id = tenant
     where tenant = any($1) and state in ('failed', 'archived')`,
    [ids],
  );
  expect(secrets).toEqual([]);
}

async function expectNoOrphans(
  { outside, registry }: Slate,
  tenants: readonly TenantRow[],
  foreign: readonly string[],
): Promise<void> {
  const there = tenants.filter(({ state }) => THERE.has(state));
  const wanted = there.flatMap(({ id, isolation, domains }) =>
    [`identity/${isolation}`, 'database', ...Array<string>(1 + domains).fill('route'), 'dns'].map(
      (port) => `${port} of ${id}`,
    ),
  );
  const found = (await inventories(outside)).flatMap((item) => {
    const owner = foreign.includes(item.name) ? undefined : ownerOf(registry, item, tenants);
    return owner === undefined ? [] : [`${item.port} of ${owner}`];
  });
  expect(asOneKind(outside, found)).toEqual(asOneKind(outside, wanted));
}

/** By its mark; without one, by its name: we made it and forgot the mark. */
function ownerOf(
  registry: string,
  { name, owner }: InventoryItem,
  tenants: readonly TenantRow[],
): string | undefined {
  if (owner !== undefined) return tenants.find(({ id }) => id === tenantOf(registry, owner))?.id;
  const named = tenants.find(({ id, slug }) => name.includes(id) || name.includes(slug));
  return named && `nobody, but named like ${named.id}`;
}

async function expectFactsOnce(slate: Slate, { id: tenant, state }: TenantRow): Promise<void> {
  expect(await select(slate, 'select fact from outbox where tenant = $1', [tenant])).toEqual([]);
  const facts = await select<FactRow>(
    slate,
    'select id, payload, leaf_hash, signature from facts where tenant = $1 order by seq',
    [tenant],
  );
  const commits = await select<{ facts: readonly { id: string }[] }>(
    slate,
    'select facts from commits where tenant = $1',
    [tenant],
  );
  const committed = commits.flatMap((commit) => commit.facts.map(({ id }) => id));
  expect(facts.map(({ id }) => id).toSorted()).toEqual(committed.toSorted());
  expect({ tenant, state, hasFacts: facts.length > 0 }).toEqual({
    ...{ tenant, state },
    hasFacts: TOLD.has(state),
  });
  const verify = createVerifier(FACT_KEY);
  let last = { seq: 0, hash: toBase64Url(EMPTY_HASH) };
  for (const row of facts) {
    const { seq, prev, id } = parsePayload(row.payload);
    expect({ seq, prev, id }).toEqual({ seq: last.seq + 1, prev: last.hash, id: row.id });
    expect(verify(preAuthEncoding(row.payload), row.signature)).toBe(true);
    last = { seq, hash: toBase64Url(row.leaf_hash) };
  }
}

/** Silo and pool may be one adapter: its objects then show in both inventories. */
function asOneKind(outside: Outside, names: readonly string[]): string[] {
  if (outside.identity.silo !== outside.identity.pool) return names.toSorted();
  const merged = names.map((name) => name.replace(/^identity\/(silo|pool)/, 'identity'));
  return merged.toSorted();
}

interface Found extends InventoryItem {
  readonly port: string;
}

/** Everything outside that we can see, ours or not. */
export async function inventories({ identity, ...outside }: Outside): Promise<Found[]> {
  const ports = {
    'identity/silo': identity.silo,
    ...(identity.silo === identity.pool ? {} : { 'identity/pool': identity.pool }),
    database: outside.databases,
    route: outside.routes,
    dns: outside.dns,
  };
  const signal = AbortSignal.timeout(INVENTORY_WITHIN_MS);
  const lists = await Promise.all(
    Object.entries(ports).map(async ([port, adapter]) =>
      // Lists that change meanwhile fail at times: whoever reads one reads it again, as a saga does.
      (await asSaga(() => adapter.inventory(signal))).map((item) => ({ ...item, port })),
    ),
  );
  return lists.flat();
}

async function select<T>({ database }: Slate, text: string, values: unknown[]): Promise<T[]> {
  const { rows } = await database.admin.query(text, values);
  return rows as T[];
}
