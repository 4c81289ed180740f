import { FIRST_EPOCH } from '../facts/core/types.ts';
import type { FactReading, SignedFact } from '../ports/fact-log.ts';
import type { FactStream } from '../ports/fact-stream.ts';
import { batchesOf } from './fact-lines.ts';

/** Facts read from the log at once while the stream is brought up to it. */
const CATCH_UP_FACTS = 1_000;
/** DESIGN 4.5: how often the stream is compared with the log. */
const RECONCILE_MS = 10_000;
/** How often a stream that is known to be behind is tried again. */
const RECONCILE_BEHIND_MS = 1_000;

/**
 * Fans signed facts out, and brings the stream up to the log wherever it is behind. JetStream is
 * a cache: nothing here holds up a commit or a saga (DESIGN 4.4, 4.5).
 */
export class Publisher {
  readonly #stream: FactStream;
  readonly #reading: FactReading;
  /** Publishing keeps the order of the log: each call waits for the one before. */
  #last: Promise<unknown> = Promise.resolve();
  #behind = true;
  #epoch = FIRST_EPOCH;
  /** A failure during a reconciliation must outlive its verdict. */
  #failures = 0;
  /** Log indexes, of this process's own publishing. */
  #submittedThrough = -1;
  #acknowledgedThrough = -1;

  constructor(stream: FactStream, reading: FactReading) {
    this.#stream = stream;
    this.#reading = reading;
  }

  /** Of what is published from now on. */
  begin(epoch: number): void {
    this.#epoch = epoch;
  }

  /** True until a reconciliation has found the stream equal to the log after the last doubt. */
  get behind(): boolean {
    return this.#behind;
  }

  /** How long after a reconciliation the next one is due. */
  get reconcileEveryMs(): number {
    return this.#behind ? RECONCILE_BEHIND_MS : RECONCILE_MS;
  }

  /** Whether JetStream acknowledged everything up to this log index. */
  acknowledged(index: number): boolean {
    return index <= this.#acknowledgedThrough;
  }

  publish(facts: readonly SignedFact[]): Promise<void> {
    this.#submittedThrough = facts.at(-1)?.index ?? this.#submittedThrough;
    const through = this.#submittedThrough;
    return this.#inOrder(async () => {
      const acknowledged = await this.#stream.publish(batchesOf(facts, this.#epoch));
      if (!acknowledged) this.#doubt();
      else if (!this.#behind) this.#acknowledgedThrough = through;
    });
  }

  /**
   * Compares each shard with the stream's last message, beside the publishing; only a shard that
   * is behind is brought up in its turn.
   */
  async reconcile(): Promise<void> {
    const [through, failures] = [this.#submittedThrough, this.#failures];
    const positions = await this.#reading.shardPositions();
    let equal = true;
    for (const [shard, position] of positions.entries()) {
      if (position === 0 || (await this.#stream.lastPosition(shard)) >= position) continue;
      await this.#inOrder(async () => {
        const reached = await this.#bringUp(shard, position);
        equal &&= reached >= position;
      });
    }
    this.#behind = !equal || failures !== this.#failures;
    if (!this.#behind) this.#acknowledgedThrough = Math.max(through, this.#acknowledgedThrough);
  }

  /** An acknowledgement may be a duplicate's, so the stream's last message is asked each time. */
  async #bringUp(shard: number, position: number): Promise<number> {
    let reached = await this.#stream.lastPosition(shard);
    while (reached < position) {
      const facts = await this.#reading.readShard(shard, reached + 1, CATCH_UP_FACTS);
      await this.#stream.publish(batchesOf(facts, this.#epoch));
      const now = await this.#stream.lastPosition(shard);
      if (now <= reached) break;
      reached = now;
    }
    return reached;
  }

  #doubt(): void {
    this.#behind = true;
    this.#failures += 1;
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
