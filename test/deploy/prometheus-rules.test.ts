import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createMetrics } from '../../adapters/prometheus/metrics.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const file = new URL('../../deploy/prometheus/tenure-rules.yaml', import.meta.url);
const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

const SELECTOR = /(tenure_\w+)\{([^}]*)\}/g;
const MATCHER = /^(\w+)="([^"]*)"$/;

/** Series by name and labels, as a worker with every kind of trouble exports them. */
async function exported(): Promise<Map<string, string>[]> {
  const metrics = createMetrics();
  const failed = { step: 'dns', code: 'dns.unavailable', long: true } as const;
  metrics.recordFailedAttempt({ ...failed, phase: 'step' });
  metrics.recordFailedAttempt({ ...failed, phase: 'undo' });
  const parked = { kind: 'provisionTenant', state: 'parked', reason: 'dns.unavailable' };
  metrics.recordSagas([
    { ...parked, count: 2 },
    { ...parked, state: 'unwinding', count: 1 },
  ]);
  const lines = (await metrics.format()).split('\n').filter((line) => line.startsWith('tenure_'));
  return lines.map((line) => {
    const [, name = '', labels = ''] = /^(\w+)\{(.*)\}/.exec(line) ?? [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(
      ([, label = '', value = '']) => [label, value] as const,
    );
    return new Map([['__name__', name], ...pairs]);
  });
}

/** Sentences of what is wrong with an expression over these series. */
function faultsOf(expr: string, series: readonly Map<string, string>[]): string[] {
  const faults: string[] = [];
  if (expr.split('(').length !== expr.split(')').length)
    faults.push('parentheses are not balanced');
  if (!expr.endsWith(' > 0')) faults.push('it compares with nothing');
  const selectors = [...expr.matchAll(SELECTOR)];
  if (selectors.length === 0) faults.push('it selects no series');
  for (const [text, name = '', matchers = ''] of selectors) {
    const pairs = matchers.split(',').map((matcher) => MATCHER.exec(matcher) ?? []);
    const found = series.filter(
      (one) =>
        one.get('__name__') === name &&
        pairs.every(([, label = '', value]) => one.get(label) === value),
    );
    if (found.length === 0) faults.push(`no worker exports ${text}`);
    const [, by = ''] = /by \(([^)]*)\)/.exec(expr) ?? [];
    for (const label of by.split(/, */))
      if (found.some((one) => !one.has(label))) faults.push(`${text} has no label ${label}`);
  }
  return faults;
}

test.each(rules)('$alert fires on what a worker exports', async ({ expr, annotations }) => {
  expect(faultsOf(expr, await exported())).toEqual([]);
  expect(Object.keys(annotations).toSorted()).toEqual(['runbook', 'summary', 'what_to_do']);
  const by = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(/, */) ?? [];
  const texts = Object.values(annotations).join(' ');
  for (const [, label] of texts.matchAll(/\$labels\.(\w+)/g)) expect(by).toContain(label);
});

test('there is a rule for parked, for long retries, for undos that fail and for those that wait', () => {
  expect(rules.map(({ alert }) => alert)).toEqual([
    'TenureSagasParked',
    'TenureSagaRetriesLong',
    'TenureCompensationFails',
    'TenureUnwindingLong',
  ]);
});

test.each([
  ['another name', 'max by (kind) (tenure_saga{state="parked"}) > 0'],
  ['another value', 'max by (kind) (tenure_sagas{state="waits"}) > 0'],
  ['another label', 'max by (tenant) (tenure_sagas{state="parked"}) > 0'],
  ['a parenthesis too few', 'max by (kind) (tenure_sagas{state="parked"} > 0'],
])('negative control: %s is found', async (_name, expr) => {
  expect(faultsOf(expr, await exported())).not.toEqual([]);
});
