import { setTimeout as sleep } from 'node:timers/promises';
import { PortError } from '../../ports/call.ts';
import type { PortCall } from '../../ports/metrics.ts';

/** Every method of a port ends with the call or its signal. */
export type Methods<P> = { readonly [K in keyof P]: (...args: never) => Promise<unknown> };

export interface Watch {
  /** As the port's errors name it. */
  readonly port: string;
  readonly record: (call: PortCall) => void;
  /** Calls that this process begins in a second, evenly spread; undefined: no limit. */
  readonly maxPerS: number | undefined;
  readonly time?: Time;
}

/** Passing of time, not that of the calendar. */
export interface Time {
  nowMs(): number;
  /** Rejects when the signal fires first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const MONOTONIC: Time = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
};
const MS_PER_S = 1_000;

/** The same port, each call of which is measured and has to wait for its turn. */
export function watched<P extends Methods<P>>(port: P, watch: Watch): P {
  const time = watch.time ?? MONOTONIC;
  const takeTurn = paced(watch, time);
  const wrap = (method: string, work: Work): Work => {
    return async (...args) => {
      await takeTurn(signalOf(args));
      const startedAt = time.nowMs();
      const record = (outcome: string) =>
        watch.record({ port: watch.port, method, outcome, ms: time.nowMs() - startedAt });
      try {
        const answer = await work(...args);
        record('ok');
        return answer;
      } catch (error) {
        record(error instanceof PortError ? error.code : 'error');
        throw error;
      }
    };
  };
  // To the compiler the names of a type that is not known yet say nothing about its members.
  const methods = Object.entries<Work>(port as never);
  return Object.fromEntries(methods.map(([name, work]) => [name, wrap(name, work)])) as never;
}

type Work = (...args: readonly unknown[]) => Promise<unknown>;

/** Who is stopped while it waits takes no turn, and sent nothing: `unavailable`. */
function paced({ port, maxPerS }: Watch, time: Time): (signal: AbortSignal) => Promise<void> {
  if (maxPerS === undefined) return () => Promise.resolve();
  let freeAtMs = -Infinity;
  return async (signal) => {
    try {
      // Whoever wakes first takes the turn; the others find it taken and wait for the next.
      for (let now = time.nowMs(); now < freeAtMs; now = time.nowMs()) {
        await time.wait(freeAtMs - now, signal);
      }
    } catch (cause) {
      throw new PortError(port, 'unavailable', 'the call ended before its turn', { cause });
    }
    freeAtMs = time.nowMs() + MS_PER_S / maxPerS;
  };
}

function signalOf(args: readonly unknown[]): AbortSignal {
  const last = args.at(-1) as AbortSignal | { readonly signal: AbortSignal };
  return 'signal' in last ? last.signal : last;
}
