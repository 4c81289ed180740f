import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../../tools/run-command.ts';
import { hasTitle, rowsWithoutTest, testsNamed } from './named-tests.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/explanation/threat-model.md');
const named = testsNamed(page);

test.each(named.map(({ file, title }) => [file, title]))('%s has the test: %s', (file, title) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
  expect(hasTitle(read(file), title)).toBe(true);
});

test('every row of the threat model names a test that shows it', () => {
  expect(rowsWithoutTest(page)).toEqual([]);
  expect(named.length).toBeGreaterThan(40);
});

test('a row without a test, and a title that no test has, are noticed', () => {
  const rows =
    '| who has | shown by |\n|---|---|\n| Eve | nothing |\n| Bob | `test/a.test.ts`: “a b” |';
  expect(rowsWithoutTest(rows)).toEqual(['| Eve | nothing |']);
  expect(testsNamed(rows)).toEqual([{ file: 'test/a.test.ts', title: 'a b' }]);
  expect(hasTitle("test('a b', () => 1);", 'a b')).toBe(true);
  expect(hasTitle("test.each(x)(\n  'a b',\n  () => 1);", 'a b')).toBe(true);
  expect(hasTitle("// the test 'a b', once\ntest('a b c', () => 1);", 'a b')).toBe(false);
});
