import type { Decided, Decision, Refused, Rule, TenantView } from './decision.ts';
import { tenantFact } from './fact-drafts.ts';
import type { Trial } from './sales.ts';

/** What `Operation.input` holds of a `runTrial`. */
export interface TrialInput {
  /** The `provisionTenant` whose row has the address of who is reminded. */
  readonly provisionedBy: string;
}

/** Throws TypeError for a row of another kind: our own writing, so a bug. */
export function trialInputOf(input: Readonly<Record<string, unknown>>): TrialInput {
  const { provisionedBy } = input;
  if (typeof provisionedBy !== 'string') throw new TypeError('not the input of runTrial');
  return { provisionedBy };
}

/** What a running trial may be told, by update or signal of that name. */
export const EXTEND_TRIAL = 'extend';
export const CONVERT_TRIAL = 'convert';

export interface ExtendTrial {
  readonly endsAtMs: number;
}

export interface ConvertTrial {
  readonly plan: string;
}

export interface BeginTrial {
  readonly operation: string;
  readonly endsAtMs: number;
}

/** From here on everybody can see when it ends. */
export const beginTrial: Rule<BeginTrial> = (view, { operation, endsAtMs }) =>
  whileOnTrial(view, ({ id: tenant }) => {
    const trial: Trial = { tenant, operation, state: 'running', endsAtMs };
    return {
      changes: [{ type: 'trial', trial }],
      facts: [],
      audit: [auditOf('begun', tenant, endsAtMs)],
    };
  });

/** The whole new end; the same end again changes nothing. */
export const extendTrial: Rule<ExtendTrial> = (view, { endsAtMs }, nowMs) =>
  whileOnTrial(view, ({ id: tenant }) => {
    const { trial } = view;
    if (trial?.state !== 'running') return TRIAL_OVER;
    if (endsAtMs === trial.endsAtMs) return NOTHING;
    if (endsAtMs <= Math.max(nowMs, trial.endsAtMs)) return NOT_LATER;
    if (endsAtMs > nowMs + TRIAL_MAX_DAYS * DAY_MS) return TOO_LATE;
    return {
      changes: [{ type: 'trial', trial: { ...trial, endsAtMs } }],
      facts: [],
      audit: [auditOf('extended', tenant, endsAtMs)],
    };
  });

/**
 * Its time is over. Whatever became of the tenant meanwhile is checked here once more: only one that
 * is still on trial is frozen, and one that somebody froze before stays so.
 */
export const endTrial: Rule<Record<never, never>> = (view) => {
  const { tenant, trial } = view;
  if (tenant === undefined || trial?.state !== 'running') return NOTHING;
  const state = tenant.state === 'active' ? 'converted' : 'ended';
  const frozen = freezeAtEnd(view);
  return {
    changes: [{ type: 'trial', trial: { ...trial, state } }, ...frozen.changes],
    facts: frozen.facts,
    audit: [auditOf(state, tenant.id, trial.endsAtMs)],
  };
};

/**
 * What the end of a trial does to a tenant that is still on trial; its trial's row remembers where it
 * came from. The one place that names the means.
 */
function freezeAtEnd({ tenant }: TenantView): Pick<Decided, 'changes' | 'facts'> {
  if (tenant?.state !== 'trial') return NOTHING;
  const frozen = { ...tenant, state: 'frozen' } as const;
  return { changes: [{ type: 'tenant', tenant: frozen }], facts: [tenantFact(frozen)] };
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** From now on: a longer one is a customer without a contract. */
const TRIAL_MAX_DAYS = 366;

const NOTHING: Decided = { changes: [], facts: [], audit: [] };

const TRIAL_OVER: Refused = { refused: 'trial-state', message: 'The trial is over.' };
const NOT_LATER: Refused = {
  refused: 'trial-end',
  message: 'The new end is not later than the present one.',
};

const TOO_LATE: Refused = {
  refused: 'trial-end',
  message: `The new end is more than ${TRIAL_MAX_DAYS} days ahead.`,
};

function whileOnTrial(
  { tenant }: TenantView,
  decide: (tenant: NonNullable<TenantView['tenant']>) => Decision,
): Decision {
  if (tenant === undefined) {
    return { refused: 'tenant-not-found', message: 'The tenant is not there.' };
  }
  if (tenant.state === 'trial') return decide(tenant);
  return { refused: 'tenant-state', message: `The tenant is ${tenant.state}.` };
}

function auditOf(verb: string, tenant: string, endsAtMs: number) {
  const detail = { endsAt: new Date(endsAtMs).toISOString() };
  return { action: `trial.${verb}`, target: `tenant:${tenant}`, detail };
}
