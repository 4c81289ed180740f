import { foldHashes, HASH_BYTES, nodeHash } from './hashes.ts';
import { isSize, subtreesOf } from './subtree.ts';

/**
 * RFC 6962 tree (section 2.1) that only grows. It keeps its frontier: the hashes of the complete
 * subtrees of which it consists, the largest first, one for each bit of the size.
 */
export class TreeBuilder {
  #size = 0;
  #frontier: Uint8Array[] = [];

  /**
   * Goes on where a tree of `size` leaves stood. Any hashes of the right number are taken: the
   * caller compares {@link root} with the newest signed checkpoint.
   */
  static resume(size: number, frontier: readonly Uint8Array[]): TreeBuilder {
    const wanted = isSize(size) ? subtreesOf(0, size).length : Number.NaN;
    if (frontier.length !== wanted || frontier.some(({ length }) => length !== HASH_BYTES)) {
      throw new RangeError(`not the frontier of a tree of size ${size}`);
    }
    const tree = new TreeBuilder();
    tree.#size = size;
    tree.#frontier = [...frontier];
    return tree;
  }

  /** Number of leaves, and so the index of the next one. */
  get size(): number {
    return this.#size;
  }

  /** `leaf`: a leaf hash, 32 bytes. Costs one node hash on average. */
  append(leaf: Uint8Array): void {
    if (leaf.length !== HASH_BYTES) throw new RangeError(`a leaf hash of ${leaf.length} bytes`);
    let node = leaf;
    // As binary addition carries: each trailing one of the size is a subtree of the node's size.
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      node = nodeHash(this.#frontier.pop() as Uint8Array, node);
    }
    this.#frontier.push(node);
    this.#size += 1;
  }

  /** Hash of the whole tree; of an empty one the hash of nothing. */
  root(): Uint8Array {
    return foldHashes(this.#frontier);
  }

  /** For {@link resume}: 32 bytes each, the largest subtree first. */
  frontier(): Uint8Array[] {
    return [...this.#frontier];
  }
}
