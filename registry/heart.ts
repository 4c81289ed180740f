import { utf8 } from '../facts/core/bytes.ts';
import { countsInSet } from '../facts/log/checkpoint-of-set.ts';
import { formatHeartbeat, parseHeartbeat } from '../facts/log/heartbeat.ts';
import { textOfNote } from '../facts/log/note.ts';
import type { Clock } from '../ports/clock.ts';
import type { FactStream } from '../ports/fact-stream.ts';
import type { LogKeeping } from '../ports/log-store.ts';
import { signNoteBy, type KeyRing } from './key-ring.ts';

export interface HeartPorts {
  readonly log: string;
  readonly epoch: number;
  readonly keys: KeyRing;
  readonly store: LogKeeping;
  readonly stream: Pick<FactStream, 'announce'>;
  readonly clock: Clock;
}

/**
 * "Still here, these are the heads" (DESIGN 3, "Heartbeat"): what a reader compares itself with, so
 * that not even a tenant's last fact can be withheld unnoticed.
 */
export class Heart {
  readonly #ports: HeartPorts;
  #lastMs = 0;
  /** Under which {@link #lastMs} was compared with what others had sent. */
  #fence: number | undefined;

  constructor(ports: HeartPorts) {
    this.#ports = ports;
  }

  /**
   * Signs where the log stands now, leaves it for who asks over HTTP, and announces it: in this
   * order, since saving fails for a leader that was paused and followed by another one.
   */
  async beat(fence: number): Promise<void> {
    const { log, epoch, keys, store, stream } = this.#ports;
    const { keySet, shards } = await store.heads();
    const checkpoint = await store.findNote('checkpoint');
    // By a key that this set closes, voids or does not know yet: the keeper, or the next beat, has
    // the one that readers of the set take.
    if (checkpoint !== undefined && !countsInSet(checkpoint, await keys.setOf(keySet))) return;
    const signer = await keys.timeSigner(keySet);
    const text = formatHeartbeat({
      ...{ log, epoch, fence, keySetVersion: keySet, heads: [...shards] },
      at: new Date(await this.#nextMs(fence)).toISOString(),
      checkpoint: checkpoint ?? null,
    });
    const note = await signNoteBy(text, signer);
    await store.saveNote(fence, 'heartbeat', note);
    stream.announce(note);
  }

  /**
   * Later than any before it, also when the clock was set back: readers take an earlier one for a
   * replay.
   */
  async #nextMs(fence: number): Promise<number> {
    const { store, clock } = this.#ports;
    if (fence !== this.#fence)
      this.#lastMs = Math.max(this.#lastMs, lastMsOf(await store.findNote('heartbeat')));
    this.#fence = fence;
    this.#lastMs = Math.max(clock.nowMs(), this.#lastMs + 1);
    return this.#lastMs;
  }
}

function lastMsOf(note: string | undefined): number {
  if (note === undefined) return 0;
  return Date.parse(parseHeartbeat(textOfNote(utf8(note))).at);
}
