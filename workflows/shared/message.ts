import { ApplicationFailure, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { COMMAND_REFUSED } from './contract.ts';

/**
 * What people may tell a saga, as an update and as a signal of one name (DESIGN 5.8). `check`
 * throws `commandRefused`: the update is refused with that sentence before anything is in the
 * history; the signal, whose sender does not wait, is dropped. `act` either ends at once, or waits
 * for what only the store can tell and throws `commandRefused` in its turn.
 */
export function receive<T>(
  name: string,
  check: (told: T) => void,
  act: (told: T) => void | Promise<void>,
): void {
  setHandler(defineUpdate<void, [T]>(name), act, { validator: check });
  setHandler(defineSignal<[T]>(name), async (told) => {
    try {
      check(told);
    } catch {
      return;
    }
    try {
      await act(told);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  });
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.type === COMMAND_REFUSED;
}
