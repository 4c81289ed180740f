// One line per test file, a sign of life every ten seconds, and the counts that tools/test.ts sums.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { AggregatedResult, Reporter, Test, TestResult } from '@jest/reporters';

const SIGN_OF_LIFE_MS = 10_000;
const SLOW_TEST_MS = 2_000;

export type Counts = { passed: number; failed: number };

/** `failures`: what each broken file said, to be said again where a reader of a long log looks. */
export type Outcome = Counts & { failures: readonly string[] };

/** The file that tools/test.ts names to be given the `Outcome` as JSON. */
export const COUNTS_FILE_VARIABLE = 'TENURE_TEST_COUNTS_FILE';

export default class LineReporter implements Reporter {
  readonly #running = new Map<string, { since: number; test?: string }>();
  #signOfLife: NodeJS.Timeout | undefined;

  onRunStart(): void {
    this.#signOfLife = setInterval(() => this.#sayWhatRuns(), SIGN_OF_LIFE_MS);
  }

  onTestFileStart({ path }: Test): void {
    this.#running.set(path, { since: Date.now() });
  }

  onTestCaseStart({ path }: Test, { fullName }: { fullName: string }): void {
    this.#running.set(path, { since: Date.now(), test: fullName });
  }

  onTestFileResult({ path }: Test, result: TestResult): void {
    this.#running.delete(path);
    process.stdout.write(formatFile(path, result));
  }

  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    clearInterval(this.#signOfLife);
    const counts = countTests(results);
    if (results.runExecError) process.stdout.write(`${results.runExecError.stack ?? ''}\n`);
    const countsFile = process.env[COUNTS_FILE_VARIABLE];
    const outcome: Outcome = { ...counts, failures: describeFailures(results) };
    if (countsFile) writeFileSync(countsFile, JSON.stringify(outcome));
    // On exit, because whatever Jest still has to say must not come after the closing line.
    else process.once('exit', () => process.stdout.write(`${formatCounts(counts)}\n`));
  }

  #sayWhatRuns(): void {
    for (const [path, { since, test }] of this.#running) {
      const seconds = Math.round((Date.now() - since) / 1000);
      if (seconds * 1000 < SLOW_TEST_MS) continue;
      process.stdout.write(`   … ${shortPath(path)} (${seconds} s): ${test ?? 'preparing'}\n`);
    }
  }
}

/** A file that broke before its first test counts as one failure, as does a skipped test. */
export function countTests(results: AggregatedResult): Counts {
  return {
    passed: results.numPassedTests,
    failed:
      results.numFailedTests +
      results.numRuntimeErrorTestSuites +
      results.numTodoTests +
      (results.runExecError ? 1 : 0),
  };
}

export function formatCounts({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}

/** Each broken file with its messages, and whatever broke the run itself. */
export function describeFailures(results: AggregatedResult): string[] {
  const files = results.testResults.filter(isBroken);
  const run = results.runExecError ? [`the run itself: ${results.runExecError.message}`] : [];
  return [
    ...files.map((file) => `x ${shortPath(file.testFilePath)}\n${file.failureMessage ?? ''}`),
    ...run,
  ];
}

function isBroken({ numFailingTests, testExecError }: TestResult): boolean {
  return numFailingTests > 0 || (testExecError ?? null) !== null;
}

function formatFile(path: string, result: TestResult): string {
  const seconds = ((result.perfStats.end - result.perfStats.start) / 1000).toFixed(1);
  const broken = isBroken(result);
  const counts = { passed: result.numPassingTests, failed: result.numFailingTests };
  const lines = [`${broken ? 'x' : '✓'} ${shortPath(path)}  ${formatCounts(counts)}  ${seconds} s`];
  for (const test of result.testResults) {
    const durationMs = test.duration ?? 0;
    if (durationMs >= SLOW_TEST_MS) lines.push(`    ${durationMs} ms  ${test.fullName}`);
  }
  for (const { message, origin } of broken ? (result.console ?? []) : []) {
    lines.push(`    console: ${message}\n${origin.split('\n')[0] ?? ''}`);
  }
  if (broken) lines.push(result.failureMessage ?? '');
  return `${lines.join('\n')}\n`;
}

function shortPath(path: string): string {
  return relative(process.cwd(), path);
}
