import { randomBytes, randomUUID } from 'node:crypto';
import { createFactLog, createFactReader } from '../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../adapters/postgres/leader-lock.ts';
import { migrateUp } from '../adapters/postgres/migrate.ts';
import { createStore } from '../adapters/postgres/store.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemIds } from '../adapters/system/ids.ts';
import { IN_TURNS } from '../domain/operation.ts';
import { keyIdOf } from '../facts/crypto/hash.ts';
import { createOpensslSigner } from '../facts/crypto/sign-openssl.ts';
import { SHARD_COUNT, shardOf } from '../facts/crypto/shard.ts';
import type { FactQuestion } from '../ports/fact-log.ts';
import { acceptProvision } from '../registry/accept-provision.ts';
import { BATCH_FACTS } from '../registry/sequencer.ts';
import { signFacts } from '../registry/sign-facts.ts';
import { Committing } from './committing.ts';
import { createdAtMsOf, idOf, loadTenants } from './tenants-load.ts';

const LOG = 'tenure.example/bench';
const PAGE_ROWS = 51;
/** As many as a shard of a thousand tenants has. */
const PAGE_LINES = 3;
const UNSTARTED_LIMIT = 100;
const AT_WORK = ['accepted', 'running'] as const;

const KEY = createOpensslSigner(new Uint8Array(32).fill(7));
const SIGNER = { ...KEY, keyId: keyIdOf(KEY.publicKey) };
const SIGNING = { log: LOG, signerOf: () => Promise.resolve(SIGNER) };

/** A registry of many tenants. */
export class TenantsRegistry {
  readonly #tenants: number;
  readonly #fence: number;
  readonly #api: ReturnType<typeof createStore>;
  readonly #reader: ReturnType<typeof createFactReader>;
  readonly #log: ReturnType<typeof createFactLog>;
  readonly #committing: Committing;

  private constructor(databaseUrl: string, tenants: number, fence: number) {
    this.#tenants = tenants;
    this.#fence = fence;
    const sealingKey = randomBytes(32);
    this.#api = createStore({ databaseUrl, role: 'tenure_api', sealingKey });
    this.#reader = createFactReader({ databaseUrl });
    this.#log = createFactLog({ databaseUrl });
    this.#committing = new Committing(databaseUrl, LOG, []);
  }

  /** `databaseUrl`: of an empty database. */
  static async load(databaseUrl: string, tenants: number): Promise<TenantsRegistry> {
    await migrateUp({ databaseUrl });
    await loadTenants(databaseUrl, tenants);
    const lock = createLeaderLock({ databaseUrl });
    const leadership = await lock.acquire(new AbortController().signal);
    await leadership.resign();
    return new TenantsRegistry(databaseUrl, tenants, leadership.fence);
  }

  /** Everything that the server does for one request or one commit; each about any tenant. */
  operations(): Readonly<Record<string, () => Promise<unknown>>> {
    const { tenants, operations } = this.#api;
    const any = () => 1 + Math.floor(Math.random() * this.#tenants);
    // Behind the oldest saga there is none.
    const notOldest = () => Math.max(2, any());
    const ask = { caller: 'bench', route: 'createTenant', requestHash: 'bench' };
    return {
      'accept a tenant': () => this.#accept(),
      'commit four facts': () => this.#committing.commitTo(idOf('tenant', any()), any()),
      'sequence a commit': () => this.#sequence(),
      'find a tenant': () => assure(tenants.findTenant(idOf('tenant', any()))),
      'find a tenant by its slug': () => assure(tenants.findTenantBySlug(`t${any()}`)),
      'list a page of tenants': () => {
        const n = any();
        const after = { createdAtMs: createdAtMsOf(n), id: idOf('tenant', n) };
        return assureSome(tenants.listTenants({ after, limit: PAGE_ROWS }));
      },
      'list the members of a tenant': () => assureSome(tenants.listMembers(idOf('tenant', any()))),
      'find a saga': () => assure(operations.findOperation(idOf('operation', any()))),
      'list a page of sagas': () =>
        assureSome(
          operations.listOperations({ after: idOf('operation', notOldest()), limit: PAGE_ROWS }),
        ),
      "list a tenant's sagas": () =>
        assureSome(operations.listOperations({ tenant: idOf('tenant', any()), limit: PAGE_ROWS })),
      'look for sagas to start': () => operations.listUnstarted(60_000, UNSTARTED_LIMIT),
      "count a tenant's sagas at work": () =>
        operations.countOperations(idOf('tenant', any()), IN_TURNS, AT_WORK),
      'find an idempotency key': () =>
        assure(operations.findReplay({ ...ask, key: `key-${any()}` })),
      'read a page of facts': () => this.#readFacts(idOf('tenant', any())),
      'find a fact': () => this.#findFacts({ fact: idOf('fact', any()) }),
      "find an operation's facts": () => this.#findFacts({ operation: idOf('operation', any()) }),
    };
  }

  async close(): Promise<void> {
    const all = [this.#api, this.#reader, this.#log, this.#committing];
    await Promise.all(all.map((one) => one.close()));
  }

  async #accept(): Promise<void> {
    const { outcome } = await acceptProvision(
      {
        ...this.#api,
        ids: systemIds,
        clock: systemClock,
        domain: 'tenants.example',
        seeds: new Map(),
      },
      {
        actor: 'bench',
        idempotency: { caller: 'bench', route: 'createTenant', key: randomUUID() },
        slug: `b${randomBytes(8).toString('hex')}`,
        displayName: 'Bench',
        isolation: 'pool',
        plan: 'free',
        demo: false,
        adminEmail: 'bench@example.com',
        identityProviders: [],
      },
    );
    if (outcome !== 'accepted') throw new Error(`not accepted: ${outcome}`);
  }

  async #sequence(): Promise<void> {
    const signed = await this.#log.sequence(this.#fence, BATCH_FACTS, (facts, place) =>
      signFacts(SIGNING, facts, place),
    );
    if (signed.length === 0) throw new Error('nothing to sequence');
  }

  /** At a quarter of the shard, as a reader that was away for a while: no shard ends before. */
  #readFacts(tenant: string): Promise<unknown> {
    const from = Math.ceil(this.#tenants / SHARD_COUNT / 4);
    return assureSome(this.#reader.readShard(shardOf(tenant), from, PAGE_LINES));
  }

  #findFacts(question: FactQuestion): Promise<unknown> {
    return assureSome(this.#reader.findFacts(question).then(({ facts }) => facts));
  }
}

async function assure<T>(finding: Promise<T | undefined>): Promise<T> {
  const found = await finding;
  if (found === undefined) throw new Error('what was loaded is not there');
  return found;
}

async function assureSome<T>(listing: Promise<readonly T[]>): Promise<readonly T[]> {
  const listed = await listing;
  if (listed.length === 0) throw new Error('nothing of what was loaded is there');
  return listed;
}
