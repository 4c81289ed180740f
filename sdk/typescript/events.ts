import type { PlaneEvents } from './types.ts';

type Listener<E extends keyof PlaneEvents> = (...event: PlaneEvents[E]) => void;
type Listeners = { [E in keyof PlaneEvents]: Set<Listener<E>> };

/** Tells listeners; one that throws fails as an uncaught error and never stops the reader. */
export class Events {
  readonly #listeners: Listeners = {
    applied: new Set(),
    snapshot: new Set(),
    refused: new Set(),
    freshness: new Set(),
    journal: new Set(),
  };

  on<E extends keyof PlaneEvents>(event: E, listener: Listener<E>): () => void {
    this.#listeners[event].add(listener);
    return () => {
      this.#listeners[event].delete(listener);
    };
  }

  emit<E extends keyof PlaneEvents>(name: E, ...event: PlaneEvents[E]): void {
    for (const listener of this.#listeners[name]) {
      try {
        listener(...event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
