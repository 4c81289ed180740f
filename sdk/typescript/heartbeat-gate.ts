import type { Heartbeat } from '../../facts/log/heartbeat.ts';
import { openHeartbeat } from '../../facts/log/open-heartbeat.ts';
import type { KeyChain } from './key-chain.ts';

/** Lets heartbeats in, each later than the last, and only under the keys that they name. */
export class HeartbeatGate {
  readonly #keys: KeyChain;
  readonly #open: typeof openHeartbeat;
  #last: Heartbeat | undefined;
  /** The highest that a signed heartbeat has named. */
  #namedVersion = 1;

  /** `open`: how a note is opened; only a simulation that fakes signatures brings another way. */
  constructor(keys: KeyChain, open = openHeartbeat) {
    this.#keys = keys;
    this.#open = open;
  }

  /** Live lines are to be held: which keys are closed meanwhile is not known. */
  get holdsLines(): boolean {
    return this.#keys.version < this.#namedVersion;
  }

  /**
   * The heartbeat in a note; undefined when it names newer keys than the reader has: to be taken
   * again when it has them. Throws a FactError.
   */
  take(note: Uint8Array): Heartbeat | undefined {
    const { set } = this.#keys;
    const heartbeat = set === undefined ? undefined : this.#open(note, set, this.#last);
    if (heartbeat === undefined || heartbeat.keySetVersion > this.#keys.version) {
      this.#namedVersion = Math.max(this.#namedVersion, heartbeat?.keySetVersion ?? 1);
      return undefined;
    }
    this.#last = heartbeat;
    return heartbeat;
  }
}
