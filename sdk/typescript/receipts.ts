import type { Heartbeat } from '../../facts/log/heartbeat.ts';
import { signNote } from '../../facts/log/note.ts';
import { checkpointIn } from '../../facts/log/open-heartbeat.ts';
import { formatReceipt, planeKeyName } from '../../facts/log/receipt.ts';
import type { Clock } from './freshness-clock.ts';
import type { RegistrySource } from './registry-source.ts';
import type { ReceiptSigner } from './types.ts';

/** facts-v1, "Receipts". */
const MIN_GAP_MS = 10_000;

export type ReceiptParts = {
  log: string;
  name: string;
  signer: ReceiptSigner;
  /** Those followed, ascending. */
  shards: readonly number[];
  source: Pick<RegistrySource, 'sendReceipt'>;
  clock: Clock;
};

/** A heartbeat that was taken: every fact below the size is applied once all have reached it. */
type Mark = { number: number; epoch: number; size: number };

const isFurther = (one: Mark, other: Mark | undefined): boolean =>
  other === undefined ||
  one.epoch > other.epoch ||
  (one.epoch === other.epoch && one.size > other.size);

/** Tells the registry how far this plane has come, whenever that is further than before. */
export class Receipts {
  readonly #parts: ReceiptParts;
  readonly #stop = new AbortController();
  /** The newest heartbeat that each shard has reached. */
  readonly #reached = new Map<number, Mark>();
  #newest: Mark = { number: 0, epoch: 1, size: 0 };
  #due: Mark | undefined;
  #sent: Mark | undefined;
  #sentMs = Number.NEGATIVE_INFINITY;
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ReceiptParts) {
    this.#parts = parts;
  }

  /** A heartbeat was taken; before its shards say that they reached it. */
  heartbeat(heartbeat: Heartbeat): void {
    const number = this.#newest.number + 1;
    // Its heads are younger than its checkpoint; before the first checkpoint nothing is known.
    const size = checkpointIn(heartbeat)?.size ?? 0;
    this.#newest = { number, epoch: heartbeat.epoch, size };
  }

  /** A shard reached the newest heartbeat. */
  reached(shard: number): void {
    this.#reached.set(shard, this.#newest);
    if (this.#reached.size < this.#parts.shards.length) return;
    const marks = [...this.#reached.values()];
    this.#due = marks.reduce((oldest, mark) => (mark.number < oldest.number ? mark : oldest));
    this.#sendSoon();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#sending;
  }

  #sendSoon(): void {
    const isDue = this.#due !== undefined && isFurther(this.#due, this.#sent);
    if (!isDue || this.#timer !== undefined || this.#stop.signal.aborted) return;
    const waitMs = this.#sentMs + MIN_GAP_MS - this.#parts.clock.monotonicMs();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#sending = this.#send();
      },
      Math.max(0, waitMs),
    );
  }

  /** Never rejects: what is not taken makes the next one due, and nothing else. */
  async #send(): Promise<void> {
    const { log, name, signer, shards, source, clock } = this.#parts;
    const due = this.#due;
    if (due === undefined) return;
    this.#sentMs = clock.monotonicMs();
    try {
      const at = new Date(clock.wallMs()).toISOString();
      const { epoch, size } = due;
      const text = formatReceipt({ log, name, at, epoch, size, shards: [...shards] });
      const note = signNote(text, [{ name: planeKeyName(log, name), signer }]);
      await source.sendReceipt(note, this.#stop.signal);
      this.#sent = due;
    } catch {
      // Registry down, key not at hand, plane not known: `tenure facts where` says who is missing.
    }
    this.#sendSoon();
  }
}
