import { defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';

/**
 * What people may tell a saga, as an update and as a signal of one name (DESIGN 5.8). `check`
 * throws `commandRefused`: the update is refused with that sentence before anything is in the
 * history; the signal, whose sender does not wait, is dropped. `act` ends at once: nothing to wait
 * for.
 */
export function receive<T>(name: string, check: (told: T) => void, act: (told: T) => void): void {
  setHandler(defineUpdate<void, [T]>(name), act, { validator: check });
  setHandler(defineSignal<[T]>(name), (told) => {
    try {
      check(told);
    } catch {
      return;
    }
    act(told);
  });
}
