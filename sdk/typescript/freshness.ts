import type { DecisionKind, ExpiryPolicy, Freshness } from './types.ts';

/** DESIGN 3, heartbeat. */
export const FRESH_MS = 15_000;
export const STALE_MS = 5 * 60_000;
/**
 * A jump of wall clock against monotonic clock beyond this: suspended, or set (DESIGN 3). Also how
 * far a heartbeat's time may be from ours.
 */
export const SKEW_LIMIT_MS = 30_000;

const HOUR_MS = 3_600_000;

/**
 * Who may act must not outlive a day without news; what was paid for may be used on, loudly.
 */
export const DEFAULT_EXPIRY: Readonly<Record<DecisionKind, ExpiryPolicy>> = {
  membership: { limitMs: 24 * HOUR_MS, whenExpired: 'deny' },
  'api-key': { limitMs: 24 * HOUR_MS, whenExpired: 'deny' },
  entitlement: { limitMs: 7 * 24 * HOUR_MS, whenExpired: 'allow' },
};

export const freshnessOf = (ageMs: number, limitMs: number): Freshness => {
  if (ageMs <= FRESH_MS) return 'fresh';
  if (ageMs <= STALE_MS) return 'stale';
  return ageMs <= limitMs ? 'degraded' : 'expired';
};

/**
 * Age of a heartbeat when it arrives: none, unless its time and ours are so far apart that it is an
 * old one, or that a clock is wrong.
 */
export const ageOnArrivalMs = (statedMs: number, wallMs: number): number => {
  const behindMs = wallMs - statedMs;
  return Math.abs(behindMs) <= SKEW_LIMIT_MS ? 0 : Math.max(behindMs, FRESH_MS + 1);
};

/** Age to start from with facts that a former process read: never fresh, the clock may lie. */
export const ageFromDiskMs = (savedWallMs: number | undefined, nowWallMs: number): number => {
  if (savedWallMs === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(nowWallMs - savedWallMs, FRESH_MS + 1);
};
