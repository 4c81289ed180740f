import type { Fact, FactDraft } from '../../facts/core/types.ts';
import { canonicalText } from '../canonical-text.ts';
import type { Change, TenantView } from '../decision.ts';
import { factsOf, isHeldKind } from '../restate.ts';
import { restoredChanges } from '../restored-state.ts';
import type { Tenant } from '../tenant.ts';
import type { Finding } from './finding.ts';

/**
 * The live facts of one tenant's chain, of kinds that have rows: the last of each subject, unless
 * it retracts. Void ones count: this asks what the rules decided, not what readers may believe.
 */
export function liveFacts(chain: readonly Fact[]): ReadonlyMap<string, Fact> {
  const last = new Map<string, Fact>();
  for (const fact of chain) if (isHeldKind(fact.kind)) last.set(nameOf(fact), fact);
  return new Map([...last].filter(([, { op }]) => op === 'assert'));
}

/**
 * Rows beside facts. State, audit and fact are committed together, so that a difference is a hand
 * in the database. The facts are what a rule decided, signed and chained: the row goes back to
 * them. A row without a fact is left to a person, since nothing tells whose it is.
 */
export function planRows(
  tenant: string,
  held: TenantView,
  live: ReadonlyMap<string, Fact>,
): Finding[] {
  const rows = new Map(factsOf(tenant, held).map((draft) => [nameOf(draft), draft]));
  const about = (subject: string) => ({ place: 'registry', name: subject, tenant }) as const;
  const ofRows = [...rows].flatMap(([name, row]): Finding[] => {
    const fact = live.get(name);
    if (fact === undefined)
      return [{ ...about(row.subject), code: 'row-without-fact', repair: null }];
    if (canonicalText(fact.body) === canonicalText(row.body)) return [];
    return [{ ...about(row.subject), code: 'row-differs', repair: 'restore' }];
  });
  const ofFacts = [...live].flatMap(([name, { subject }]): Finding[] =>
    rows.has(name) ? [] : [{ ...about(subject), code: 'row-missing', repair: 'restore' }],
  );
  return [...ofRows, ...ofFacts];
}

/** The rows that those findings ask for, as the facts tell them. */
export function restoreRows(
  findings: readonly Finding[],
  held: TenantView,
  live: ReadonlyMap<string, Fact>,
): readonly Change[] {
  const asked = new Set(
    findings.filter(({ repair }) => repair === 'restore').map(({ name }) => name),
  );
  const facts = [...live.values()].filter(({ subject }) => asked.has(subject));
  // A tenant whose row is gone has no place to restore to: `recover` makes it.
  if (facts.length === 0 || held.tenant === undefined) return [];
  return restoredChanges(facts, held.tenant, held.tenant.host);
}

/** The tenant as the facts have it: a hand in its row must not lead the doctor elsewhere. */
export function statedTenant(
  findings: readonly Finding[],
  held: TenantView,
  live: ReadonlyMap<string, Fact>,
): Tenant | undefined {
  for (const change of restoreRows(findings, held, live)) {
    if (change.type === 'tenant') return change.tenant;
  }
  return held.tenant;
}

/**
 * Whether row and facts agree that the tenant has nothing outside any more: one that failed never
 * had a fact, one that is archived says so. The row alone is not enough to destroy anything.
 */
export function isForsaken(
  { tenant }: Pick<TenantView, 'tenant'>,
  live: ReadonlyMap<string, Fact>,
): boolean {
  const stated = [...live.values()].find(({ kind }) => kind === 'tenant');
  if (tenant?.state === 'failed') return live.size === 0;
  return tenant?.state === 'archived' && stated?.body['state'] === 'archived';
}

function nameOf({ kind, subject }: Pick<FactDraft, 'kind' | 'subject'> | Fact): string {
  return `${kind} ${subject}`;
}
