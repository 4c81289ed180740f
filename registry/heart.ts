import { utf8 } from '../facts/core/bytes.ts';
import { checkpointOrigin, parseCheckpoint } from '../facts/log/checkpoint.ts';
import { countsInSet } from '../facts/log/checkpoint-of-set.ts';
import { formatHeartbeat } from '../facts/log/heartbeat.ts';
import { newestEpoch } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import type { Clock } from '../ports/clock.ts';
import { LostLeadershipError } from '../ports/fact-log.ts';
import type { FactStream } from '../ports/fact-stream.ts';
import type { LogKeeping } from '../ports/log-store.ts';
import { signNoteBy, type KeyRing } from './key-ring.ts';

/** Facts-v1, "The reader": a time this far ahead of a reader’s clock is fresh all the same. */
const SET_BACK_MS = 30_000;

export interface HeartPorts {
  readonly log: string;
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
  /** Of {@link #lastMs}. */
  #fence: number | undefined;

  constructor(ports: HeartPorts) {
    this.#ports = ports;
  }

  /**
   * Signs where the log stands now, leaves it for who asks over HTTP, and announces it: in this
   * order, since saving fails for a leader that was paused and followed by another one.
   */
  async beat(fence: number): Promise<void> {
    const { log, keys, store, stream } = this.#ports;
    const { keySet, shards } = await store.heads();
    const set = await keys.setOf(keySet);
    const epoch = newestEpoch(set);
    const checkpoint = await this.#checkpointOf(epoch);
    // By a key that this set closes, voids or does not know yet: the keeper, or the next beat, has
    // the one that readers of the set take.
    if (checkpoint !== null && !countsInSet(checkpoint, set)) return;
    const signer = await keys.timeSigner(keySet);
    const text = formatHeartbeat({
      ...{ log, epoch, fence, keySetVersion: keySet, heads: [...shards], checkpoint },
      at: new Date(this.#nextMs(fence)).toISOString(),
    });
    const note = await signNoteBy(text, signer);
    await store.saveNote(fence, 'heartbeat', note);
    stream.announce(note);
  }

  /** None before the first of its epoch: readers refuse one of another. */
  async #checkpointOf(epoch: number): Promise<string | null> {
    const note = (await this.#ports.store.findNote('checkpoint')) ?? null;
    if (note === null) return null;
    const { origin } = parseCheckpoint(textOfNote(utf8(note)));
    return origin === checkpointOrigin(this.#ports.log, epoch) ? note : null;
  }

  /**
   * Later than any before it under this fence, or readers take it for a replay. They go by the
   * fence first, so a clock that was set back begins anew under the next one: else every plane
   * would find the heartbeats to be of the future, and itself stale, for as long as the clock had
   * been wrong.
   */
  #nextMs(fence: number): number {
    const nowMs = this.#ports.clock.nowMs();
    if (fence !== this.#fence) this.#lastMs = 0;
    if (nowMs < this.#lastMs - SET_BACK_MS)
      throw new LostLeadershipError('the clock was set back: time goes on under the next fence');
    this.#fence = fence;
    this.#lastMs = Math.max(nowMs, this.#lastMs + 1);
    return this.#lastMs;
  }
}
