import type { Scheduler } from './scheduler.ts';

const NAMES = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'performance',
] as const;

type Task = ReturnType<Scheduler['after']>;

/**
 * Lets product code wait in virtual time: its timers are the global ones, so they are replaced
 * while a world runs. (`setImmediate` stays real: it is a turn of the event loop and takes no time.)
 */
export async function inVirtualTime<T>(scheduler: Scheduler, work: () => Promise<T>): Promise<T> {
  const virtual: Record<(typeof NAMES)[number], unknown> = {
    setTimeout: (run: () => void, ms = 0) => scheduler.after(ms, run),
    setInterval: (run: () => void, ms: number) => scheduler.after(ms, run, ms),
    clearTimeout: (task?: Task) => scheduler.cancel(task),
    clearInterval: (task?: Task) => scheduler.cancel(task),
    performance: { now: () => scheduler.nowMs },
  };
  const real = NAMES.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  for (const name of NAMES)
    Object.defineProperty(globalThis, name, { value: virtual[name], configurable: true });
  try {
    return await work();
  } finally {
    for (const [at, name] of NAMES.entries())
      Object.defineProperty(globalThis, name, real[at] as PropertyDescriptor);
  }
}
