import { equalBytes } from '../../facts/core/bytes.ts';
import { EMPTY_HASH, runningHash } from '../../facts/crypto/hash.ts';
import type { Head } from '../../facts/log/heads.ts';

/** Heartbeats that may pass over a position before nobody is believed to have signed it. */
const UNCOVERED_HEARTBEATS = 3;

/**
 * What the newest heartbeat means: it counts more lines than are here, it has the running hash
 * that is here, or another one.
 */
export type Verdict = 'behind' | 'reached' | 'fork';

/**
 * Running hash of a shard, and how far heartbeats have covered it. Of the hashes behind the last
 * only those are kept that a heartbeat, which never counts fewer than the one before, may ask for.
 */
export class ShardChain {
  #position = 0;
  /** Of the snapshot that all begins with; of what is below there is no hash. */
  #base: Head = { count: 0, hash: EMPTY_HASH };
  #hash = EMPTY_HASH;
  #covered: Head = { count: 0, hash: EMPTY_HASH };
  /** As `covered`, but by heartbeats alone: of a snapshot only what they have agreed to. */
  #confirmed: Head = { count: 0, hash: EMPTY_HASH };
  /** Running hashes of the last positions, the newest last. */
  #tail: Uint8Array[] = [];
  #newest: Head | undefined;
  /** Positions at the arrival of the last heartbeats, the newest last. */
  #marks: number[] = [];

  get position(): number {
    return this.#position;
  }

  get hash(): Uint8Array {
    return this.#hash;
  }

  /** The last line that a heartbeat has covered. */
  get covered(): Head {
    return this.#covered;
  }

  /** What the snapshot states on which all rests. */
  get base(): Head {
    return this.#base;
  }

  /** The last line that a heartbeat itself has covered. */
  get confirmed(): Head {
    return this.#confirmed;
  }

  /** False: it rests on a snapshot that is the word of the log key alone. */
  get isConfirmed(): boolean {
    return this.#confirmed.count >= this.#base.count;
  }

  /** The shard's head in the newest heartbeat. */
  get newest(): Head | undefined {
    return this.#newest;
  }

  /** Lines that the newest heartbeat counts further. */
  get missing(): number {
    return Math.max(0, (this.#newest?.count ?? 0) - this.#position);
  }

  get isBehind(): boolean {
    return this.missing > 0;
  }

  /** Begins anew with the head that a snapshot states. What heartbeats said stays. */
  rest(head: Head): void {
    this.#base = head;
    this.#position = head.count;
    this.#hash = head.hash;
    this.#covered = head;
    this.#tail = [];
  }

  /** Appends a line by its leaf hash; answers when the newest heartbeat ends in it. */
  append(leaf: Uint8Array): Verdict | undefined {
    this.#position += 1;
    this.#hash = runningHash(this.#hash, leaf);
    if (this.isBehind) return undefined;
    this.#tail.push(this.#hash);
    return this.#position === this.#newest?.count ? this.#compare(this.#newest) : undefined;
  }

  /** It has this head on its way, as far as is known. */
  holds(head: Head): boolean {
    const hash = this.#hashAt(head.count);
    return hash !== undefined && equalBytes(hash, head.hash);
  }

  /** Whatever is above `covered` is to be compared with this head from now on. */
  expect(head: Head): Verdict {
    this.#newest = head;
    if (!this.isBehind) return this.#compare(head);
    this.#tail = [];
    return 'behind';
  }

  /** Takes the heads of a heartbeat, one after the other. */
  heartbeat(head: Head): Verdict {
    this.#marks = [...this.#marks, this.#position].slice(-UNCOVERED_HEARTBEATS);
    return this.expect(head);
  }

  /** True, once, when a line that is here was not counted by the last three heartbeats. */
  findUncovered(): boolean {
    const [oldest = 0] = this.#marks;
    const isUncovered =
      this.#marks.length === UNCOVERED_HEARTBEATS && oldest > (this.#newest?.count ?? 0);
    if (isUncovered) this.#marks = [];
    return isUncovered;
  }

  /** A restored backup may have lost what was covered. */
  uncover(): void {
    this.#covered = { count: 0, hash: EMPTY_HASH };
    this.#confirmed = this.#covered;
    this.#base = this.#covered;
  }

  /** What they count may be lost: a late line must not be covered by one that waited for it. */
  forgetHeartbeats(): void {
    this.#newest = undefined;
    this.#marks = [];
  }

  #hashAt(position: number): Uint8Array | undefined {
    if (position === this.#covered.count) return this.#covered.hash;
    if (position === this.#position) return this.#hash;
    return position > this.#covered.count
      ? this.#tail.at(position - this.#position - 1)
      : undefined;
  }

  #compare(head: Head): Verdict {
    if (head.count < this.#base.count) return 'reached';
    if (!this.holds(head)) return 'fork';
    this.#covered = head;
    this.#confirmed = head;
    this.#tail = head.count === this.#position ? [] : this.#tail.slice(head.count - this.#position);
    return 'reached';
  }
}
