import { toBase64Url } from '../facts/core/bytes.ts';
import { preAuthEncoding } from '../facts/core/pae.ts';
import { parsePayload } from '../facts/core/payload.ts';
import { leafHash, runningHash } from '../facts/crypto/hash.ts';
import { shardName } from '../facts/crypto/shard.ts';
import { isInRange, isVoid } from '../facts/log/fact-keys.ts';
import type { FindFactKey } from '../facts/log/fact-keys.ts';
import type { Head } from '../facts/log/heads.ts';
import { factKey } from '../facts/log/state/keys.ts';
import type { TenantChange } from '../facts/log/state/grow.ts';
import type { SignedFact } from '../ports/fact-log.ts';

type Changing = { -readonly [K in keyof TenantChange]: TenantChange[K] } & {
  facts: { key: Uint8Array; payload: Uint8Array | null }[];
};

/**
 * What facts change in the state tree, and where the shards stand behind them. Readers believe the
 * tree without the signatures of its facts, so each is verified before it comes in: a hand in the
 * database must not be able to have the log key vouch for it.
 */
export class StateFold {
  readonly #findKey: FindFactKey;
  readonly #heads: Head[];
  #changes = new Map<string, Changing>();

  /** `heads`: of the 256 shards before these facts. */
  constructor(findKey: FindFactKey, heads: readonly Head[]) {
    this.#findKey = findKey;
    this.#heads = [...heads];
  }

  get heads(): readonly Head[] {
    return this.#heads;
  }

  /** The next fact of its shard. */
  add({ shard, position, index, keyId, payload, signature }: SignedFact): void {
    const key = this.#findKey(keyId);
    const head = this.#heads[shard];
    const isTrue =
      key?.verify(preAuthEncoding(payload), signature) === true && isInRange(key, index);
    if (!isTrue || head?.count !== position - 1) throw notSigned(index, shard);
    const leaf = leafHash(payload);
    this.#heads[shard] = { count: position, hash: runningHash(head.hash, leaf) };
    this.#fold(payload, leaf, !isVoid(key, index));
  }

  /** Those since the last time, each tenant once. */
  take(): TenantChange[] {
    const changes = [...this.#changes.values()];
    this.#changes = new Map();
    return changes;
  }

  #fold(payload: Uint8Array, leaf: Uint8Array, counts: boolean): void {
    const { tenant, seq, prev, kind, subject, op } = parsePayload(payload);
    const change = this.#changes.get(tenant) ?? { tenant, seq, head: leaf, facts: [] };
    if (seq !== change.seq && prev !== toBase64Url(change.head)) {
      throw new Error(`the chain of tenant ${tenant} is broken before seq ${seq}`);
    }
    change.seq = seq;
    change.head = leaf;
    if (counts) {
      change.facts.push({ key: factKey(kind, subject), payload: op === 'assert' ? payload : null });
    }
    this.#changes.set(tenant, change);
  }
}

function notSigned(index: number, shard: number): Error {
  return new Error(
    `fact ${index} of shard ${shardName(shard)} is not what was signed: no snapshot is made of it. ` +
      'Restore the newest backup',
  );
}
