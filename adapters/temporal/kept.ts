interface Kept<T> {
  readonly value: Promise<T>;
  readonly untilMs: number;
}

export interface KeepLimits {
  /** The one that was asked for longest ago goes first. */
  readonly most: number;
  readonly forMs: number;
}

/** Remembers answers, so many and so long; a failure is not remembered. */
export function keeping<T>(
  ask: (id: string) => Promise<T>,
  { most, forMs }: KeepLimits,
  nowMs: () => number = () => performance.now(),
): (id: string) => Promise<T> {
  const kept = new Map<string, Kept<T>>();
  return (id) => {
    const found = kept.get(id);
    if (found !== undefined && found.untilMs > nowMs()) {
      kept.delete(id); // to the end: asked for last
      kept.set(id, found);
      return found.value;
    }
    const value = ask(id);
    kept.delete(id);
    kept.set(id, { value, untilMs: nowMs() + forMs });
    value.catch(() => {
      if (kept.get(id)?.value === value) kept.delete(id);
    });
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return value;
  };
}
