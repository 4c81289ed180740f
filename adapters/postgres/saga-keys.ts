import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { DatabaseRole } from '../../drizzle/roles.ts';
import { SagaKeyError, type SagaKeys } from '../../ports/saga-keys.ts';
import { openPool } from './pool.ts';
import { createSeal, SEALING_KEY_BYTES, type Seal } from './sealing.ts';
import { inTransaction } from './transaction.ts';

export interface SagaKeyOptions {
  readonly databaseUrl: string;
  /** Of the process that seals. */
  readonly role: Extract<DatabaseRole, 'tenure_operator' | 'tenure_worker' | 'tenure_sequencer'>;
  /** 32 bytes; seals the keys at rest. */
  readonly sealingKey: Uint8Array;
}

/** Its name in the seal: a row of `secrets` that is moved here does not open. */
const NAME = 'saga-key';
/** Asked once per tenant and lifetime of the caches before it. */
const MAX_CONNECTIONS = 2;

/** Sealed rows of `saga_keys`. */
export function createSagaKeys(options: SagaKeyOptions): SagaKeys & { close(): Promise<void> } {
  const pool = openPool({ ...options, maxConnections: MAX_CONNECTIONS });
  const seal = createSeal(options.sealingKey);
  return {
    keyOf: (tenant) => keyOf(pool, seal, tenant),
    tenantOf: (operation) => tenantOf(pool, operation),
    condemn: async (tenant) => {
      await inTransaction(pool, { tenant }, ({ client }) =>
        client.query(
          `update saga_keys set condemned_at = now()
           where tenant = $1 and condemned_at is null`,
          [tenant],
        ),
      );
    },
    destroyCondemned: (endedForMs) => destroyCondemned(pool, endedForMs),
    close: () => pool.end(),
  };
}

async function keyOf(pool: pg.Pool, { seal, open }: Seal, tenant: string): Promise<Uint8Array> {
  const sealed = await inTransaction(pool, { tenant }, async ({ client }) => {
    const find = () =>
      client.query<{ sealed: Buffer | null }>('select sealed from saga_keys where tenant = $1', [
        tenant,
      ]);
    const { rows } = await find();
    if (rows[0] !== undefined) return rows[0].sealed;
    const fresh = seal(tenant, NAME, randomBytes(SEALING_KEY_BYTES).toString('base64'));
    await client.query(
      'insert into saga_keys (tenant, sealed) values ($1, $2) on conflict (tenant) do nothing',
      [tenant, fresh],
    );
    // Whoever was first made it.
    return (await find()).rows[0]?.sealed ?? null;
  });
  if (sealed === null)
    throw new SagaKeyError('saga-key-destroyed', `The saga key of tenant ${tenant} is destroyed.`);
  return Buffer.from(open(tenant, NAME, sealed), 'base64');
}

async function tenantOf(pool: pg.Pool, operation: string): Promise<string> {
  const tenant = await inTransaction(pool, { operation }, async ({ client }) => {
    const { rows } = await client.query<{ tenant: string }>(
      'select tenant from operations where id = $1',
      [operation],
    );
    return rows[0]?.tenant;
  });
  if (tenant !== undefined) return tenant;
  const message = `No operation ${operation} was accepted, so nothing is sealed for it.`;
  throw new SagaKeyError('saga-operation-unknown', message);
}

/** Looks across tenants, which is an operator's right. */
async function destroyCondemned(pool: pg.Pool, endedForMs: number): Promise<readonly string[]> {
  return inTransaction(pool, { role: 'tenure_operator' }, async ({ client }) => {
    const { rows } = await client.query<{ tenant: string }>(
      `update saga_keys set sealed = null
       where condemned_at is not null and sealed is not null and not exists (
         select from operations where operations.tenant = saga_keys.tenant
         and (ended_at is null or ended_at > now() - make_interval(secs => $1)))
       returning tenant`,
      [endedForMs / 1000],
    );
    return rows.map(({ tenant }) => tenant);
  });
}
