import { checkBody } from '../core/bodies.ts';
import { equalBytes, toBase64Url } from '../core/bytes.ts';
import { checkNext, EMPTY_HEAD } from '../core/chain.ts';
import type { ChainHead } from '../core/chain.ts';
import { FactError } from '../core/errors.ts';
import { payloadOf } from '../core/pae.ts';
import { parsePayload } from '../core/payload.ts';
import type { Fact } from '../core/types.ts';
import { entryHash } from '../crypto/hash.ts';
import type { TreeHead } from './proofs.ts';
import { TreeBuilder } from './tree.ts';

/** A fact of the log, and its leaf hash. */
export type AuditedFact = { fact: Fact; leaf: Uint8Array };

/**
 * Holds a whole log against what was signed about it: every entry is a fact of the log, every
 * tenant's chain is whole, and the tree over them is that of the checkpoint. It needs the entries
 * alone; that each was signed follows from the checkpoint, which covers them all.
 */
export class LogAudit {
  readonly #log: string;
  readonly #tree = new TreeBuilder();
  readonly #heads = new Map<string, ChainHead>();
  #epoch = 0;

  constructor(log: string) {
    this.#log = log;
  }

  /** Entries taken in so far, and the index of the next. */
  get size(): number {
    return this.#tree.size;
  }

  get tenants(): number {
    return this.#heads.size;
  }

  /** The entry with the next index; throws a FactError, and is of no use afterwards. */
  add(entry: Uint8Array): AuditedFact {
    const payload = payloadOf(entry);
    if (payload === undefined) throw new FactError('entry-bundle-malformed', 'not a PAE');
    const fact = parsePayload(payload);
    if (fact.log !== this.#log) throw new FactError('log-mismatch', fact.log);
    if (fact.epoch < this.#epoch) throw new FactError('epoch-mismatch', String(fact.epoch));
    checkNext(fact, this.#heads.get(fact.tenant) ?? EMPTY_HEAD);
    checkBody(fact.kind, fact.body, fact.op);
    const leaf = entryHash(entry);
    this.#tree.append(leaf);
    this.#heads.set(fact.tenant, { seq: fact.seq, hash: toBase64Url(leaf) });
    this.#epoch = fact.epoch;
    return { fact, leaf };
  }

  /** Throws `checkpoint-fork` unless these entries are what the checkpoint states. */
  check({ size, root }: TreeHead): void {
    if (size !== this.size || !equalBytes(root, this.#tree.root()))
      throw new FactError('checkpoint-fork', `${this.size} entries are not those of the root`);
  }
}
