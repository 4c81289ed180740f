import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrateUp } from '../../../adapters/postgres/migrate.ts';
import { createStore, type PostgresStore } from '../../../adapters/postgres/store.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type { AcceptRequest, Operation, OperationStore } from '../../../ports/registry-store.ts';
import { freshDatabase } from '../../support/servers/database.ts';

export interface RegistryDatabase {
  readonly databaseUrl: string;
  readonly api: PostgresStore;
  readonly worker: PostgresStore;
  /** As superuser, whom row-level security does not bind. */
  readonly admin: pg.Pool;
  close(): Promise<void>;
}

export const SEALING_KEY = new Uint8Array(32).fill(7);

/** A database of its own with the schema of this version, and a store for each role. */
export async function registryDatabase(empty?: string): Promise<RegistryDatabase> {
  const databaseUrl = empty ?? (await freshDatabase());
  await migrateUp({ databaseUrl });
  const options = { databaseUrl, sealingKey: SEALING_KEY };
  const api = createStore({ ...options, role: 'tenure_api', maxConnections: 20 });
  const worker = createStore({ ...options, role: 'tenure_worker', maxConnections: 20 });
  const admin = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  admin.on('error', () => undefined); // a test may kill the server
  const close = async () => {
    await Promise.all([api.close(), worker.close(), admin.end()]);
  };
  return { databaseUrl, api, worker, admin, close };
}

/** A request for a new tenant, each with a slug of its own. */
export function provisionRequest(over: Partial<Tenant> = {}): AcceptRequest {
  const id = over.id ?? randomUUID();
  const slug = over.slug ?? `t-${id.slice(0, 8)}`;
  const newTenant: Tenant = {
    id,
    slug,
    host: `${slug}.example.test`,
    displayName: 'Acme',
    state: 'provisioning',
    stateBefore: null,
    isolation: 'silo',
    plan: 'team',
    demo: false,
    issuer: null,
    databaseUrl: null,
    createdAtMs: 1_000,
    offboarding: null,
    archivedAtMs: null,
    ...over,
  };
  return {
    operation: {
      id: randomUUID(),
      kind: 'provisionTenant',
      tenant: id,
      actor: 'operator',
      input: { slug, adminEmail: 'ann@example.com' },
    },
    newTenant,
    secrets: new Map(),
    nowMs: 1_000,
  };
}

/** A request about a tenant that is there, of a kind that holds its lock. */
export function changeRequest(tenant: string): AcceptRequest {
  return {
    operation: {
      id: randomUUID(),
      kind: 'freezeTenant',
      tenant,
      actor: 'operator',
      input: { reason: 'request' },
    },
    secrets: new Map(),
    nowMs: 2_000,
  };
}

export async function accepted(
  operations: OperationStore,
  request: AcceptRequest,
): Promise<Operation> {
  const outcome = await operations.accept(request);
  if (outcome.outcome !== 'accepted') throw new Error(`not accepted: ${outcome.outcome}`);
  return outcome.operation;
}
