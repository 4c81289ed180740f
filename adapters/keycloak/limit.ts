import type { IdentityProvider } from '../../ports/identity-provider.ts';
import { refuse } from './failures.ts';

/** More at a time only slow each other down (measured: four are twice as fast as one). */
const MAX_REALM_WRITES = 4;

/**
 * Lets four calls that write realms through at a time; later ones wait in the order of their
 * arrival. Who is stopped while waiting sent nothing: `unavailable`.
 */
export function limitRealmWrites(provider: IdentityProvider): IdentityProvider {
  const enter = createGate(MAX_REALM_WRITES);
  return {
    ...provider,
    ensure: (request, call) => enter(call.signal, () => provider.ensure(request, call)),
    receive: (request, call) => enter(call.signal, () => provider.receive(request, call)),
    mend: (shape, call) => enter(call.signal, () => provider.mend(shape, call)),
    remove: (slug, call) => enter(call.signal, () => provider.remove(slug, call)),
    suspend: (slug, call) => enter(call.signal, () => provider.suspend(slug, call)),
    restore: (slug, call) => enter(call.signal, () => provider.restore(slug, call)),
  };
}

function createGate(places: number) {
  const waiting = new Set<() => void>();
  let free = places;
  const leave = () => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    // The place passes on without becoming free: nobody can come in between.
    else next();
  };
  return async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await takeTurn(waiting, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

/** Resolves when a place is passed on; rejects when the signal fires first, and takes no place. */
function takeTurn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      waiting.delete(enter);
      reject(refuse('unavailable', 'the call ended before its turn at Keycloak', signal.reason));
    };
    const enter = () => {
      waiting.delete(enter);
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    waiting.add(enter);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}
