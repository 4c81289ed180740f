import { WAITS } from '../../domain/saga-timing.ts';
import type { SagaTiming, Wait } from '../../domain/saga-timing.ts';

const HOUR_MS = 3_600_000;
/** Long enough that a message finds a held saga waiting. */
const WAIT_MS = 3_000;

const everyWait = Object.fromEntries(WAITS.map((name) => [name, WAIT_MS])) as Record<Wait, number>;

/** Impatient, so that proofs end; patient enough that a loaded machine loses no attempt. */
export const PROOF_TIMING: SagaTiming = {
  attemptTimeoutMs: 4_000,
  retryBudgetMs: 90_000,
  firstBackoffMs: 50,
  maxBackoffMs: 500,
  parkedLimitMs: 600_000,
  settleMs: { identity: 200, database: 200, route: 200, dns: 200 },
  // Its story accepts it; one that ends while a server is dead has no use for its next steps. And
  // what is accepted now is nobody's lost saga: the doctor would start it with its own patience.
  waitMs: {
    ...{ ...everyWait, invitation: 60_000, 'trial-reminder': 1_000 },
    ...{ 'domain-look': 500, 'domain-claim': 60_000 },
    ...{ orphan: HOUR_MS, 'lost-saga': HOUR_MS },
  },
};

/** A realm takes seconds where the machine is busy, and goes on after its caller has left. */
export const REAL_TIMING: SagaTiming = {
  ...PROOF_TIMING,
  attemptTimeoutMs: 15_000,
  settleMs: { identity: 3_000, database: 500, route: 500, dns: 500 },
};
