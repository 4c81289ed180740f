import { checkBody } from '../facts/core/bodies.ts';
import { equalBytes, toBase64Url, toHex } from '../facts/core/bytes.ts';
import { checkNext, EMPTY_HEAD } from '../facts/core/chain.ts';
import type { ChainHead } from '../facts/core/chain.ts';
import { parseEnvelope } from '../facts/core/envelope.ts';
import { FactError } from '../facts/core/errors.ts';
import { parseLine } from '../facts/core/line.ts';
import { FIRST_EPOCH } from '../facts/core/types.ts';
import type { Fact } from '../facts/core/types.ts';
import { openEnvelope } from '../facts/crypto/open.ts';
import { shardOf } from '../facts/crypto/shard.ts';
import { checkFactKey, factKeysOf, isVoid } from '../facts/log/fact-keys.ts';
import type { FactKey, FindFactKey } from '../facts/log/fact-keys.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import type { SignedFact, SignedHeads } from '../ports/fact-log.ts';
import { isSuperseded } from './stream-guard.ts';

/** A signed fact that the database lacks, and what it says. */
export interface Missing extends SignedFact {
  readonly fact: Fact;
  /** Chained, and never folded: its key was stolen. */
  readonly isVoid: boolean;
}

/** Where the log ends in the database. */
export interface LogEnd {
  readonly nextIndex: number;
  /** Last positions of the 256 shards. */
  readonly positions: readonly number[];
}

/**
 * Collects lines from wherever they are, in any order and twice, and gives those that continue the
 * log. A line counts by its signature; where two could be next, the tree's root decides later.
 */
export class MissingFacts {
  readonly #set: KeySet;
  readonly #end: LogEnd;
  readonly #findKey: FindFactKey;
  readonly #byIndex = new Map<number, Missing[]>();
  #refused = 0;

  /** `keysOf`: only a simulation that fakes signatures brings another way. */
  constructor(set: KeySet, end: LogEnd, keysOf = factKeysOf) {
    this.#set = set;
    this.#end = end;
    this.#findKey = keysOf(set);
  }

  /** Lines that no key of the set signed, or that break a rule. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * How many facts the log had at least, by what was seen and is neither in the database nor among
   * those that were found: indexes are not signed, so a true fact may stand at any.
   */
  async seenBeside(
    found: readonly Missing[],
    isHeld: (one: Missing) => Promise<boolean>,
  ): Promise<number> {
    const leaves = new Set(found.map(({ leafHash }) => toHex(leafHash)));
    let seen = this.#end.nextIndex + found.length;
    for (const one of [...this.#byIndex.values()].flat()) {
      if (one.index < seen || leaves.has(toHex(one.leafHash)) || (await isHeld(one))) continue;
      seen = one.index + 1;
    }
    return seen;
  }

  get tenants(): string[] {
    return [...new Set([...this.#byIndex.values()].flat().map(({ tenant }) => tenant))];
  }

  add(text: string): void {
    try {
      const { position, index, envelope } = parseLine(text);
      if (index < this.#end.nextIndex) return;
      const missing = this.#open(envelope, position, index);
      const known = this.#byIndex.get(index) ?? [];
      const isKnown = ({ leafHash, position: at }: Missing) =>
        at === position && equalBytes(leafHash, missing.leafHash);
      if (!known.some(isKnown)) this.#byIndex.set(index, [...known, missing]);
    } catch (error) {
      if (!(error instanceof FactError)) throw error;
      this.#refused += 1;
    }
  }

  /** As many as follow one another from the end of the log on. */
  continuing(signedHeads: SignedHeads): Missing[] {
    const positions = [...this.#end.positions];
    const heads = new Map<string, ChainHead>();
    for (const [tenant, { seq, hash }] of signedHeads)
      heads.set(tenant, { seq, hash: toBase64Url(hash) });
    const found: Missing[] = [];
    for (;;) {
      const at = this.#end.nextIndex + found.length;
      const next = this.#byIndex.get(at)?.find((one) => follows(one, positions, heads));
      if (next === undefined) return found;
      positions[next.shard] = next.position;
      heads.set(next.tenant, { seq: next.seq, hash: toBase64Url(next.leafHash) });
      found.push(next);
    }
  }

  /** The checks of a reader that do not need the line before (facts-v1). */
  #open(envelope: string, position: number, index: number): Missing {
    const { fact, keyId, leaf } = openEnvelope(envelope, (id) => this.#findKey(id)?.verify);
    const { payload, signature } = parseEnvelope(envelope);
    const { log, epochs } = this.#set;
    if (fact.log !== log) throw new FactError('log-mismatch', fact.log);
    const key = this.#findKey(keyId) as FactKey;
    checkFactKey(key, index, false);
    const epoch = epochs.findLast(({ first }) => first <= index)?.epoch ?? FIRST_EPOCH;
    if (isSuperseded({ index, fact }, this.#set) || fact.epoch !== epoch)
      throw new FactError('epoch-mismatch', `${fact.epoch} at ${index}`);
    checkBody(fact.kind, fact.body, fact.op);
    const { id, tenant, seq } = fact;
    const place = { index, shard: shardOf(tenant), position, isVoid: isVoid(key, index) };
    return { ...{ id, tenant, seq, payload, leafHash: leaf, keyId, signature, fact }, ...place };
  }
}

function follows(
  { fact, tenant, shard, position }: Missing,
  positions: readonly number[],
  heads: ReadonlyMap<string, ChainHead>,
): boolean {
  if (position !== (positions[shard] ?? 0) + 1) return false;
  try {
    checkNext(fact, heads.get(tenant) ?? EMPTY_HEAD);
    return true;
  } catch (error) {
    if (error instanceof FactError) return false;
    throw error;
  }
}
