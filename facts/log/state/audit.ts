import { equalBytes, toHex } from '../../core/bytes.ts';
import { FactError } from '../../core/errors.ts';
import { leafHash, runningHash } from '../../crypto/hash.ts';
import { shardName, shardOf } from '../../crypto/shard.ts';
import type { AuditedFact } from '../audit.ts';
import { isInRange, isVoid } from '../fact-keys.ts';
import { emptyHeads } from '../heads.ts';
import type { Head } from '../heads.ts';
import type { KeySet } from '../key-set.ts';
import { factKey } from './keys.ts';
import { liveFactsOf } from './live-facts.ts';
import type { StateNote } from './note.ts';
import type { TenantState } from './walk.ts';

/** What the log says of a tenant: `live` by fact key in hexadecimal, with the leaf hash. */
type Folded = { seq: number; head: Uint8Array; live: Map<string, Uint8Array> };

const fork = (why: string): FactError => new FactError('state-fork', why);

/**
 * Holds a state tree against the log that it is of: all facts below its size, folded, must be what
 * it states, tenant by tenant, and nothing else. Whoever signed a state of their own is found.
 */
export class StateAudit {
  readonly #note: StateNote;
  readonly #keys: KeySet['fact'];
  readonly #tenants = new Map<string, Folded>();
  readonly #heads = emptyHeads();
  #size = 0;

  constructor(note: StateNote, { fact }: Pick<KeySet, 'fact'>) {
    this.#note = note;
    this.#keys = fact;
  }

  /** The next fact of the log, which was verified; what is behind the state's size is left out. */
  add({ fact, leaf }: AuditedFact): void {
    const { tenant, seq, kind, subject, op } = fact;
    const index = this.#size;
    if (index >= this.#note.size) return;
    this.#size += 1;
    const shard = shardOf(tenant);
    const { count, hash } = this.#heads[shard] as Head;
    this.#heads[shard] = { count: count + 1, hash: runningHash(hash, leaf) };
    const folded = this.#tenants.get(tenant) ?? { seq, head: leaf, live: new Map() };
    this.#tenants.set(tenant, folded);
    [folded.seq, folded.head] = [seq, leaf];
    // Ranges of keys do not overlap: the index says which key signed.
    if (this.#keys.some((range) => isInRange(range, index) && isVoid(range, index))) return;
    const key = toHex(factKey(kind, subject));
    if (op === 'assert') folded.live.set(key, leaf);
    else folded.live.delete(key);
  }

  /** A tenant of the tree, each once; throws `state-fork`, or what check 12 refuses. */
  take(state: TenantState): void {
    const { tenant, seq, head, live } = state;
    const folded = this.#tenants.get(tenant);
    this.#tenants.delete(tenant);
    if (folded?.seq !== seq || !equalBytes(folded.head, head) || folded.live.size !== live) {
      throw fork(`tenant ${tenant} is not what the log says`);
    }
    for (const { fact, payload } of liveFactsOf(state, this.#note)) {
      const leaf = folded.live.get(toHex(factKey(fact.kind, fact.subject)));
      if (leaf === undefined || !equalBytes(leaf, leafHash(payload))) {
        throw fork(`${fact.subject} of tenant ${tenant} is not what the log says`);
      }
    }
  }

  /** After the last fact and the last tenant. */
  end(): void {
    if (this.#size < this.#note.size) {
      throw fork(`it is of ${this.#note.size} facts, the log has ${this.#size}`);
    }
    const [missing] = this.#tenants.keys();
    if (missing !== undefined) throw fork(`it lacks tenant ${missing}`);
    for (const [shard, { count, hash }] of this.#heads.entries()) {
      const stated = this.#note.heads[shard];
      if (stated?.count !== count || !equalBytes(stated.hash, hash)) {
        throw fork(`another head of shard ${shardName(shard)}`);
      }
    }
  }
}
