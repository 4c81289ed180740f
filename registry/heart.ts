import { utf8 } from '../facts/core/bytes.ts';
import { checkpointOrigin, parseCheckpoint } from '../facts/log/checkpoint.ts';
import { formatHeartbeat, parseHeartbeat } from '../facts/log/heartbeat.ts';
import { newestEpoch } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import type { Clock } from '../ports/clock.ts';
import type { FactStream } from '../ports/fact-stream.ts';
import type { LogKeeping } from '../ports/log-store.ts';
import { signNoteBy, type KeyRing } from './key-ring.ts';

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
    const { log, keys, store, stream } = this.#ports;
    const { keySet, shards } = await store.heads();
    const epoch = newestEpoch(await keys.setOf(keySet));
    const signer = await keys.timeSigner(keySet);
    const text = formatHeartbeat({
      ...{ log, epoch, fence, keySetVersion: keySet, heads: [...shards] },
      at: new Date(await this.#nextMs(fence)).toISOString(),
      checkpoint: await this.#checkpointOf(epoch),
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
