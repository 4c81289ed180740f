import type {
  CommitStore,
  OperationStore,
  StoreProbe,
  TenantReader,
} from '../../ports/registry-store.ts';
import type { DomainStore } from '../../ports/domain-store.ts';
import type { InvitationStore } from '../../ports/invitation-store.ts';
import type { SalesStore } from '../../ports/sales-store.ts';
import type { OffboardingStore } from '../../ports/offboarding-store.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { accept, findReplay } from './accept.ts';
import { createCommitStore } from './commits.ts';
import { createDomainStore } from './domains.ts';
import { createInvitationStore } from './invitations.ts';
import { createOffboardingStore } from './offboarding.ts';
import { createOperationLife } from './operations.ts';
import { openPool, type PoolOptions } from './pool.ts';
import { createSeal } from './sealing.ts';
import { createSalesStore } from './sales.ts';
import { createSecrets } from './secrets.ts';
import { createTenantReader } from './tenants.ts';
import { inTransaction, type Scope } from './transaction.ts';

export interface StoreOptions extends PoolOptions {
  readonly role: 'tenure_api' | 'tenure_worker';
  /** 32 bytes; seals the rows of `secrets`. */
  readonly sealingKey: Uint8Array;
}

export interface PostgresStore {
  readonly operations: OperationStore;
  readonly tenants: TenantReader;
  readonly commits: CommitStore;
  readonly secrets: Secrets;
  readonly invitations: InvitationStore;
  readonly sales: SalesStore;
  readonly domains: DomainStore;
  readonly offboarding: OffboardingStore;
  readonly probe: StoreProbe;
  close(): Promise<void>;
}

/**
 * The registry store over one pool. Each role of a port does what its database role may: an API
 * connection cannot commit, a worker cannot list the tenants.
 */
export function createStore(options: StoreOptions): PostgresStore {
  const pool = openPool(options);
  const seal = createSeal(options.sealingKey);
  // Until the access issue every API caller is an operator; reading across tenants is theirs.
  const across: Scope = options.role === 'tenure_api' ? { role: 'tenure_operator' } : {};
  return {
    operations: {
      accept: (request) => accept(pool, seal, request),
      findReplay: (idempotency) => findReplay(pool, idempotency),
      ...createOperationLife(pool, across),
    },
    tenants: createTenantReader(pool, across),
    commits: createCommitStore(pool),
    secrets: createSecrets(pool, seal),
    invitations: createInvitationStore(pool),
    sales: createSalesStore(pool),
    domains: createDomainStore(pool),
    offboarding: createOffboardingStore(pool),
    probe: {
      probe: () =>
        inTransaction(pool, {}, async ({ client }) => void (await client.query('select 1'))),
    },
    close: () => pool.end(),
  };
}
