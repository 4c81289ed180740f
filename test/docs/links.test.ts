import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../../tools/run-command.ts';
import { SECTIONS } from '../../wiring/config/load.ts';
import { secretVariables } from '../../wiring/config/secret-files.ts';
import type { Section } from '../../wiring/config/section.ts';
import { listTrackedFiles } from '../architecture/tracked-files.ts';
import { brokenLinks, scriptsNamed, variablesNamed } from './links.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAGES = listTrackedFiles().filter((path) => path.endsWith('.md'));

const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

const sections: Section<unknown>[] = Object.values(SECTIONS);
/** Settings of other programs: Compose's file, and what the kit's sample reads. */
const FOREIGN = [
  'docker-compose.yml',
  'deploy/compose/make-secrets.sh',
  'sdk/typescript/sample.js',
];
const variables = new Set([
  ...sections.flatMap((section) => [
    ...Object.keys(section.variables),
    ...secretVariables(section).map((name) => `${name}_FILE`),
  ]),
  ...FOREIGN.flatMap((path) => read(path).match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? []),
]);
/** Words of the same form that are no settings of ours. */
const NO_SETTINGS = new Set([
  'NODE_EXTRA_CA_CERTS',
  'TENURE_FACTS',
  'REJECT_DUPLICATE',
  'FACTS_QUEUE',
  'OPERATION_KINDS',
  'HOLDS_TENANT_LOCK',
  'IN_TURNS',
  'MAX_AT_WORK',
]);

test.each(PAGES)('every relative link of %s leads somewhere', (path) => {
  expect(brokenLinks(ROOT, path, read)).toEqual([]);
});

test.each(PAGES)('every script that %s names is there', (path) => {
  expect(scriptsNamed(read(path)).filter((name) => !scripts.includes(name))).toEqual([]);
});

test.each(PAGES)('every variable that %s names is one that is read', (path) => {
  const unknown = variablesNamed(read(path)).filter(
    (name) => !variables.has(name) && !NO_SETTINGS.has(name),
  );
  expect(unknown).toEqual([]);
});

test('a dead link, a dead heading, an unknown script and an unknown variable are noticed', () => {
  const page = '# Top\n[a](gone.md) [b](#top) [c](#gone)\n`npm run dance` `KEYCLOAK_ADMIN_UR`';
  expect(brokenLinks(ROOT, 'page.md', () => page)).toEqual(['gone.md', '#gone']);
  expect(brokenLinks(ROOT, 'docs/page.md', () => '[a](../package.json)')).toEqual([]);
  expect(scriptsNamed(page)).toEqual(['dance']);
  expect(variablesNamed(page)).toEqual(['KEYCLOAK_ADMIN_UR']);
  expect(variables.has('KEYCLOAK_ADMIN_UR')).toBe(false);
  expect(variablesNamed('```ts my/file.ts\nMY_OWN\n```\n```ts\nKEYCLOAK_ADMIN_UR\n```\n')).toEqual([
    'KEYCLOAK_ADMIN_UR',
  ]);
});
