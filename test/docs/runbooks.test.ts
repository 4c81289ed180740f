import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  DOMAIN_ADVICE,
  PORT_ADVICE,
  SAGA_ADVICE,
  STORE_ADVICE,
} from '../../api/sagas/what-to-do.ts';
import { ROOT } from '../../tools/run-command.ts';

const FOLDER = 'docs/runbooks';
/** What Prometheus's template does with a label: the code behind the port. */
const TEMPLATE = /\{\{ reReplaceAll "([^"]*)" "" \$labels\.(?:reason|code) \}\}/;

/** Every code that a saga's reason has, as the saga tells it. */
const REASONS = [
  ...Object.keys(PORT_ADVICE).map((code) => `dns.${code}`),
  ...[DOMAIN_ADVICE, STORE_ADVICE, SAGA_ADVICE].flatMap(Object.keys),
];

const pageOf = (reason: string): string =>
  join(FOLDER, `${reason.slice(reason.indexOf('.') + 1)}.md`);
const isThere = (page: string): boolean => existsSync(join(ROOT, page));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly annotations: { runbook: string };
    }[];
  }[];
}
const { groups } = parse(read('deploy/prometheus/tenure-rules.yaml')) as Rules;
const links = groups.flatMap(({ rules }) =>
  rules.map(({ alert, annotations }) => ({ alert, runbook: annotations.runbook })),
);

/** As the alert shows it. */
const rendered = (runbook: string, reason: string): string =>
  runbook.replace(TEMPLATE, (_text, cut: string) => reason.replace(new RegExp(cut), ''));

test.each(REASONS)('%s has its page, which is named after it and says what then', (reason) => {
  const page = read(pageOf(reason));
  expect(page).toMatch(new RegExp(`^# .*${reason.slice(reason.indexOf('.') + 1)}`));
  expect(page).toContain('**Look**');
  expect(page).toContain('**Then**');
});

test('no page is of a reason that nobody gives', () => {
  const pages = readdirSync(join(ROOT, FOLDER)).map((name) => join(FOLDER, name));
  expect(pages.toSorted()).toEqual(REASONS.map(pageOf).toSorted());
});

test.each(links)('$alert leads to the page of each reason', ({ runbook }) => {
  for (const reason of REASONS) expect(rendered(runbook, reason)).toBe(pageOf(reason));
});

test('every command that a page names is there', () => {
  const commands = read('docs/reference/cli.md');
  const named = REASONS.flatMap((reason) => [
    ...read(pageOf(reason)).matchAll(/npx (tenure( [a-z]+(-[a-z]+)*)+)/g),
  ]);
  expect(named.length).toBeGreaterThan(0);
  for (const [, command] of named) expect(commands).toContain(`\n## ${command}\n`);
});

test('negative control: a reason of tomorrow has no page, and a template of others leads nowhere', () => {
  expect(isThere(pageOf('dns.novel'))).toBe(false);
  const { runbook } = links[0] as (typeof links)[number];
  expect(isThere(rendered(runbook.replace('[.]', '[-]'), 'dns.unavailable'))).toBe(false);
});
