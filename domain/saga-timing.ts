/** The bounds of a saga's patience (DESIGN 5.3 to 5.5). Part of its input, so replay is stable. */
export interface SagaTiming {
  /** One attempt of one step: its `startToClose`. */
  readonly attemptTimeoutMs: number;
  /** A step is retried this long before the saga parks. */
  readonly retryBudgetMs: number;
  /** First pause between attempts; doubles up to `maxBackoffMs`. */
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Days parked before the pivot, in sum, after which the saga unwinds. */
  readonly parkedLimitMs: number;
  /** By what a step touches: how long that system may go on after the caller has left. */
  readonly settleMs: Readonly<Record<string, number>>;
  /** Business waits, by name. */
  readonly waitMs: Readonly<Record<Wait, number>>;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What sagas wait for beside outages: in tests a second, in life days. */
export const WAITS = [
  /** From the invitation to its reminder, and to its end. */
  'invitation-reminder',
  'invitation',
  /** From one look for the record of a domain to the next at first, and for the claim in all. */
  'domain-look',
  'domain-claim',
  /** Until an orphan of an unknown tenant is removed, and a saga that is not there is given up. */
  'orphan',
  'lost-saga',
  /** From the trial's begin to its end, and the last reminder before that. */
  'trial',
  'trial-reminder',
  /** How long a tenant that leaves is kept, and can come back. */
  'retention',
  /** As long as resolvers may remember a record that was removed. */
  'dns-cache',
  /** As long as access tokens live. */
  'old-tokens',
] as const;
export type Wait = (typeof WAITS)[number];

export const DEFAULT_TIMING: Omit<SagaTiming, 'settleMs'> = {
  attemptTimeoutMs: 30 * SECOND_MS,
  retryBudgetMs: 15 * MINUTE_MS,
  firstBackoffMs: 200,
  maxBackoffMs: 30 * SECOND_MS,
  parkedLimitMs: 7 * DAY_MS,
  waitMs: {
    'invitation-reminder': 48 * HOUR_MS,
    invitation: 72 * HOUR_MS,
    'domain-look': MINUTE_MS,
    'domain-claim': 7 * DAY_MS,
    orphan: HOUR_MS,
    'lost-saga': HOUR_MS,
    trial: 14 * DAY_MS,
    'trial-reminder': 3 * DAY_MS,
    retention: 30 * DAY_MS,
    'dns-cache': 5 * MINUTE_MS,
    'old-tokens': 5 * MINUTE_MS,
  },
};
