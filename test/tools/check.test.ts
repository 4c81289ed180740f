import { expect, test } from '@jest/globals';
import { CHECKS, runChecks } from '../../tools/check.ts';
import { GENERATORS } from '../../tools/generated.ts';
import { honestCounts } from '../../tools/test.ts';
import { countTests, describeFailures, formatCounts } from '../support/reporter.ts';

const node = (code: string) => [process.execPath, '-e', code];
const results = { numPassedTests: 3, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };
type Results = Parameters<typeof countTests>[0];

test('types, lint, format, layers and every generated file are checked', () => {
  const names = CHECKS.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['types', 'lint', 'format', 'layers']));
  expect(names).toEqual(expect.arrayContaining(GENERATORS.map(({ writes }) => `fresh ${writes}`)));
});

test('no check stands there twice', () => {
  expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
});

test('a check that fails, and one that cannot even start, are both failures', async () => {
  const said: string[] = [];
  const checks = [
    { name: 'passes', command: node('') },
    { name: 'fails', command: node("console.log('what is wrong'); process.exit(3)") },
    { name: 'cannot start', command: ['there-is-no-such-program'] },
  ];
  const counts = await runChecks(checks, (line) => void said.push(line));
  expect(counts).toMatchObject({ passed: 1, failed: 2 });
  expect(counts.failures).toContain('x fails\nwhat is wrong\n');
  expect(counts.failures).toHaveLength(2);
  expect(said.join('\n')).toMatch(/^x fails .*\nwhat is wrong/m);
});

test('a test file that breaks before its first test is a failure', () => {
  const broken = { ...results, numTodoTests: 0, numRuntimeErrorTestSuites: 1 } as Results;
  expect(countTests(broken)).toEqual({ passed: 3, failed: 1 });
});

test('what failed is said again at the end, and nothing else', () => {
  const file = (name: string, more: object) => ({
    testFilePath: `${process.cwd()}/${name}`,
    ...more,
  });
  const testResults = [
    file('fine.test.ts', { numFailingTests: 0, testExecError: null }),
    file('failed.test.ts', { numFailingTests: 1, failureMessage: 'expected 1' }),
    file('broken.test.ts', { numFailingTests: 0, testExecError: {}, failureMessage: 'no module' }),
  ];
  const run = { ...results, testResults } as unknown as Results;
  expect(describeFailures(run)).toEqual([
    'x failed.test.ts\nexpected 1',
    'x broken.test.ts\nno module',
  ]);
});

test('a run that ends badly without a failed test is a failure', () => {
  expect(honestCounts({ passed: 3, failed: 0 }, 1)).toEqual({ passed: 3, failed: 1 });
  expect(honestCounts({ passed: 3, failed: 2 }, 1)).toEqual({ passed: 3, failed: 2 });
  expect(honestCounts({ passed: 3, failed: 0 }, 0)).toEqual({ passed: 3, failed: 0 });
});

test('the closing line has one form', () => {
  expect(formatCounts({ passed: 12, failed: 0 })).toBe('12 passed, 0 failed');
});
