import type { Change, Decided, Decision, FollowUp, Refused, Rule, TenantView } from './decision.ts';
import type { FreezeTenant } from './freezing.ts';
import { TENANT_NOT_FOUND, tenantState } from './refusals.ts';
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
export const TRIAL_MESSAGES = [EXTEND_TRIAL, CONVERT_TRIAL] as const;

export interface ExtendTrial {
  readonly endsAtMs: number;
}

export interface ConvertTrial {
  readonly plan: string;
}

/** Which saga ends a trial, and in whose name. */
export interface TrialStart extends TrialInput {
  readonly operation: string;
  readonly actor: string;
}

/** Whatever puts a tenant on trial accepts the saga that ends it: no trial is without an end. */
export function acceptTrial(tenant: string, start: TrialStart, atMs: number): Change {
  const { operation: id, actor, provisionedBy } = start;
  const operation = { id, kind: 'runTrial', tenant, actor, input: { provisionedBy } } as const;
  return { type: 'operation', operation, atMs };
}

export interface BeginTrial extends TrialInput {
  readonly operation: string;
  readonly endsAtMs: number;
}

/**
 * From here on everybody can see when it ends. One that was frozen meanwhile begins all the same:
 * unfrozen it is on trial again.
 */
export const beginTrial: Rule<BeginTrial> = (view, { operation, provisionedBy, endsAtMs }) => {
  const { tenant: found } = view;
  if (found === undefined) return TENANT_NOT_FOUND;
  if (found.state !== 'trial' && found.stateBefore !== 'trial') return tenantState(found);
  const tenant = found.id;
  const trial: Trial = { tenant, operation, provisionedBy, state: 'running', endsAtMs };
  return {
    changes: [{ type: 'trial', trial }],
    facts: [],
    audit: [auditOf('begun', tenant, endsAtMs)],
  };
};

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

/** Which saga freezes the tenant, and in whose name. */
export interface EndTrial {
  readonly freezing: Pick<FollowUp, 'id' | 'actor'>;
}

/**
 * Its time is over. Whatever became of the tenant meanwhile is checked here once more: only one
 * that is still on trial is frozen, and one that somebody froze before stays so.
 */
export const endTrial: Rule<EndTrial> = ({ tenant, trial }, { freezing }, nowMs) => {
  if (tenant === undefined || trial?.state !== 'running') return NOTHING;
  const state = tenant.state === 'active' ? 'converted' : 'ended';
  return {
    changes: [
      { type: 'trial', trial: { ...trial, state } },
      ...(tenant.state === 'trial' ? [freezeAtEnd(tenant.id, freezing, nowMs)] : []),
    ],
    facts: [],
    audit: [auditOf(state, tenant.id, trial.endsAtMs)],
  };
};

/** By the saga that freezes any tenant. This commit takes its lock, so that none comes between. */
function freezeAtEnd(tenant: string, freezing: EndTrial['freezing'], atMs: number): Change {
  const input = { reason: 'trial-ended' } satisfies FreezeTenant;
  return {
    type: 'operation',
    operation: { ...freezing, kind: 'freezeTenant', tenant, input },
    atMs,
  };
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
  if (tenant === undefined) return TENANT_NOT_FOUND;
  return tenant.state === 'trial' ? decide(tenant) : tenantState(tenant);
}

function auditOf(verb: string, tenant: string, endsAtMs: number) {
  const detail = { endsAt: new Date(endsAtMs).toISOString() };
  return { action: `trial.${verb}`, target: `tenant:${tenant}`, detail };
}
