import { describe, expect, test } from '@jest/globals';
import type { TenantView } from '../../../domain/decision.ts';
import { FINDING_CODES, REPAIRS, type Finding } from '../../../domain/reconcile/finding.ts';
import { planEverything, type Everything } from '../../../domain/reconcile/orphans.ts';
import {
  planTenant,
  type DesiredTenant,
  type Observed,
  type ObservedDomain,
} from '../../../domain/reconcile/plan.ts';
import { liveFacts, planRows } from '../../../domain/reconcile/rows.ts';
import { planSagas, type SagasSeen } from '../../../domain/reconcile/sagas.ts';
import type { Fact } from '../../../facts/core/types.ts';
import { keepGolden, readGolden, type Golden } from './golden.ts';

// Files are what they say; a wrong one makes another plan.
// oxlint-disable-next-line typescript/no-explicit-any
type Input = Readonly<Record<string, any>>;

/** From JSON, which has neither sets nor maps. */
const PLANS: Readonly<Record<string, (input: Input) => Finding[]>> = {
  tenant: ({ desired, observed, domains = [] }) =>
    planTenant(desired as DesiredTenant, observed as Observed, domains as ObservedDomain[]),
  rows: ({ held, chain }) => {
    const catalog = { roles: new Map(), plans: new Map(), products: new Map() };
    const holdings: TenantView = { ...(held as TenantView), catalog };
    return planRows(holdings.tenant?.id ?? '', holdings, liveFacts(chain as Fact[]));
  },
  everything: (input) => {
    const { busy, stated, forsaken, sinceMs, domains = [], ...rest } = input;
    return planEverything({
      ...(rest as Everything),
      domains: domains as Everything['domains'],
      busy: new Set(busy as string[]),
      stated: new Set(stated as string[]),
      forsaken: new Set(forsaken as string[]),
      sinceMs: new Map(Object.entries(sinceMs as Record<string, number>)),
    });
  },
  sagas: ({ rows, ...rest }) =>
    planSagas({ ...(rest as SagasSeen), rows: new Set(rows as string[]) }),
};

const all = Object.keys(PLANS).flatMap((kind) =>
  readGolden(kind).map((golden) => ({ ...golden, kind })),
);

describe.each(Object.keys(PLANS))('plan of %s', (kind) => {
  test.each(all.filter((golden) => golden.kind === kind))('$name', (golden) => {
    const plan = planOf(golden);
    keepGolden(golden, plan);
    expect(plan).toEqual(golden.plan);
  });

  test('a healthy one is there, and its plan is empty', () => {
    const healthy = all.filter(({ name }) => name.startsWith(`${kind}-healthy`));
    expect(healthy.length).toBeGreaterThan(0);
    expect(healthy.map(planOf)).toEqual(healthy.map(() => []));
  });
});

test('every kind of finding and of repair stands in some plan', () => {
  const findings = all.flatMap(planOf);
  const seen = new Set(findings.map(({ code }) => code));
  expect(FINDING_CODES.filter((code) => !seen.has(code))).toEqual([]);
  const repairs = new Set(findings.map(({ repair }) => repair));
  expect(REPAIRS.filter((repair) => !repairs.has(repair))).toEqual([]);
});

function planOf({ kind, input }: Golden & { kind: string }): Finding[] {
  const plan = PLANS[kind]?.(input) ?? [];
  // As the files have it: without members that are undefined.
  return JSON.parse(JSON.stringify(plan)) as Finding[];
}
