import type { Clock, Ids } from '../../ports/clock.ts';

/** Time that stands until a test moves it. Milliseconds since the Unix epoch. */
export interface SeededClock extends Clock {
  advance(ms: number): void;
}

export function createSeededClock(startMs: number): SeededClock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

const HEX = 16;
const LAST_GROUP_CHARS = 12;

/** The same ids in the same order for the same seed: version 8, "custom" (RFC 9562, 5.8). */
export function createSeededIds(seed: number): Ids {
  const first = seed.toString(HEX).padStart(8, '0');
  let last = 0;
  return {
    uuid: () => {
      last += 1;
      return `${first}-0000-8000-8000-${last.toString(HEX).padStart(LAST_GROUP_CHARS, '0')}`;
    },
  };
}
