import { PortError } from '../../ports/call.ts';
import type { PortErrorCode } from '../../ports/call.ts';

/**
 * The three faults per effect of DESIGN 5.4, and a plain refusal.
 *
 * - `lost`: the request never arrives; nothing is done.
 * - `reply-lost`: the effect takes place, the caller learns nothing.
 * - `late`: the caller gives up first; `land` receives the effect and runs it when it likes.
 * - `refused`: the outside system says no, with this code.
 */
export type Fault =
  | { readonly kind: 'lost' }
  | { readonly kind: 'reply-lost' }
  | { readonly kind: 'late'; readonly land: (effect: () => void) => void }
  | { readonly kind: 'refused'; readonly code: PortErrorCode };

/** Asked once per effect, e.g. `identity.ensure`, before it runs; undefined lets it pass. */
export type Faults = (effect: `${string}.${string}`) => Fault | undefined;

/** Runs one effect of a memory adapter as a network would. Rejects with `PortError`. */
export async function overNetwork<T>(
  faults: Faults | undefined,
  signal: AbortSignal,
  port: string,
  method: string,
  effect: () => T,
): Promise<T> {
  // Gives way as a request would, so that parallel calls interleave.
  await Promise.resolve();
  if (signal.aborted) throw noAnswer(port, method);
  const fault = faults?.(`${port}.${method}`);
  switch (fault?.kind) {
    case undefined:
      return effect();
    case 'lost':
      throw noAnswer(port, method);
    case 'reply-lost':
      effect();
      throw noAnswer(port, method);
    case 'late':
      fault.land(() => void effect());
      throw noAnswer(port, method);
    case 'refused':
      throw new PortError(port, fault.code, `${port}.${method} was refused`);
  }
}

function noAnswer(port: string, method: string): PortError {
  return new PortError(port, 'unknown', `${port}.${method} got no answer`);
}
