import { toBase64Url } from '../../facts/core/bytes.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import { GENESIS_PREV } from '../../facts/core/types.ts';
import type { Fact, JsonObject } from '../../facts/core/types.ts';
import { leafHash } from '../../facts/crypto/hash.ts';
import type { UnsignedFact } from '../../ports/registry-store.ts';
import { LOG, OPERATION } from '../sdk/support/fact-writer.ts';
import { draftOf } from './tenants.ts';
import type { World } from './world.ts';

const MAX_FACTS = 2;
const WORK_MS = 40;

/** Has the form of a fact's id; hashing one costs more than all else in a commit. */
const idOf = (count: number): string =>
  `${count.toString(16).padStart(8, '0')}-0000-5000-8000-000000000000`;

/**
 * Commits as `registry/commit.ts` makes them: under the tenant's head lock, the facts chained to
 * the head, outbox and head in one transaction. A crash, or a database that was replaced, takes all
 * of it.
 */
export class Committer {
  readonly #world: World;
  /** Per tenant: settles when nobody before holds the head lock. */
  readonly #locks = new Map<string, Promise<void>>();
  #facts = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async commit(tenant: string): Promise<void> {
    const before = this.#locks.get(tenant) ?? Promise.resolve();
    const done = Promise.withResolvers<void>();
    this.#locks.set(
      tenant,
      before.then(() => done.promise),
    );
    if (this.#world.mutation !== 'drop-head-lock') await before;
    await this.#transact(tenant).finally(() => done.resolve());
  }

  async #transact(tenant: string): Promise<void> {
    const { postgres, dice, scheduler } = this.#world;
    const { incarnation, recoveries } = postgres;
    const facts = this.#factsOf(tenant, dice.between(1, MAX_FACTS + 1));
    const isLost = this.#world.isFaulty && dice.chance(0.05);
    await scheduler.sleep(dice.between(0, WORK_MS));
    if (isLost || postgres.incarnation !== incarnation) return;
    if (postgres.recoveries !== recoveries) return;
    postgres.appendToOutbox(tenant, facts);
    this.#world.trace(`committed ${facts.map(({ seq }) => seq).join(' ')} of ${tenant}`);
    this.#world.ring();
  }

  #factsOf(tenant: string, count: number): UnsignedFact[] {
    const { postgres, mutation } = this.#world;
    const head = postgres.rows.tenantHeads.get(tenant);
    let [seq, prev] = [head?.seq ?? 0, head ? toBase64Url(head.hash) : GENESIS_PREV];
    return Array.from({ length: count }, () => {
      seq += 1;
      this.#facts += 1;
      const named = mutation === 'skip-prev' ? GENESIS_PREV : prev;
      const fact = this.factOf(tenant, { seq, prev: named, id: idOf(this.#facts) });
      const payload = encodePayload(fact);
      const hash = leafHash(payload);
      prev = toBase64Url(hash);
      return { id: fact.id, tenant, seq, leafHash: hash, payload };
    });
  }

  factOf(tenant: string, place: Pick<Fact, 'seq' | 'prev' | 'id'>): Fact {
    const { dice, scheduler, wallMs } = this.#world;
    const draft = draftOf(tenant, place.seq === 1, dice);
    return {
      ...{
        log: LOG,
        epoch: this.#world.postgres.rows.epoch,
        tenant,
        seq: place.seq,
        prev: place.prev,
        id: place.id,
      },
      ...{ kind: draft.kind, subject: draft.subject, op: draft.op },
      at: new Date(wallMs(scheduler.nowMs)).toISOString(),
      cause: { operation: OPERATION, actor: 'simulation' },
      body: draft.body as unknown as JsonObject,
    };
  }
}
