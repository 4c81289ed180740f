// `npm test`: gets the servers, then runs every check and every test. The last line is the sum.
// `node tools/test.ts fast servers` runs the named parts only.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTS_FILE_VARIABLE, formatCounts } from '../test/support/reporter.ts';
import type { Counts, Outcome } from '../test/support/reporter.ts';
import { runChecks } from './check.ts';
import { showCommand } from './run-command.ts';

// For two cores. A fast file waits half of its time. One of the servers project waits more, but for
// what works on the same cores: two at a time do not starve each other.
const WORKERS = { fast: 3, servers: 2 } as const;

const NO_WARNINGS = '--disable-warning=ExperimentalWarning';
const SIMULATED_SEEDS = 20_000;

const PARTS = {
  provision: provisionServers,
  check: () => runChecks(),
  fast: () => runJest('fast'),
  simulation: () => runSimulation(),
  servers: () => runJest('servers'),
} satisfies Record<string, () => Promise<Outcome>>;

type Part = keyof typeof PARTS;

async function provisionServers(): Promise<Outcome> {
  const { code } = await showCommand([process.execPath, 'tools/servers/provision.ts']);
  return code === 0 ? { passed: 0, failed: 0, failures: [] } : lost('provisioning the servers');
}

/** A part that did not live to count. */
function lost(what: string): Outcome {
  return { passed: 0, failed: 1, failures: [`x ${what}: see above`] };
}

/** The same seeds each time, and as many of today's: each failing one is printed. */
async function runSimulation(): Promise<Outcome> {
  const seeds = ['--seeds', String(SIMULATED_SEEDS / 2)];
  const main = [process.execPath, NO_WARNINGS, 'test/simulation/main.ts', ...seeds];
  const sum = { passed: 0, failed: 0, failures: [] as string[] };
  for (const command of [main, [...main, '--today']]) {
    const { code } = await showCommand(command);
    sum[code === 0 ? 'passed' : 'failed'] += 1;
    if (code !== 0) sum.failures.push('x the simulation: see its seeds above');
  }
  return sum;
}

async function runJest(project: 'fast' | 'servers'): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-test-'));
  const countsFile = join(folder, 'counts.json');
  try {
    const { code } = await showCommand(
      [
        process.execPath,
        NO_WARNINGS,
        '--experimental-vm-modules',
        'node_modules/jest/bin/jest.js',
        `--selectProjects=${project}`,
        `--maxWorkers=${WORKERS[project]}`,
      ],
      { ...process.env, [COUNTS_FILE_VARIABLE]: countsFile },
    );
    const outcome = readOutcome(countsFile) ?? lost(`the ${project} tests`);
    return { ...outcome, ...honestCounts(outcome, code) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Jest that died before it could count, or failed without a failed test, is one failure. */
export function honestCounts({ passed, failed }: Counts, exitCode: number): Counts {
  const silentFailure = exitCode !== 0 && failed === 0;
  return { passed, failed: silentFailure ? 1 : failed };
}

function readOutcome(path: string): Outcome | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Outcome;
  } catch {
    return undefined;
  }
}

async function runParts(parts: readonly Part[]): Promise<Outcome> {
  const sum = { passed: 0, failed: 0, failures: [] as string[] };
  for (const part of parts) {
    const startedAt = performance.now();
    process.stdout.write(`\n== ${part}\n`);
    const counts = await PARTS[part]();
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.failures.push(...counts.failures);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`== ${part}: ${formatCounts(counts)} in ${seconds} s\n`);
  }
  return sum;
}

if (import.meta.main) {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in PARTS));
  if (unknown.length > 0) {
    process.stderr.write(
      `unknown part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}\n`,
    );
    process.exit(2);
  }
  const parts = Object.keys(PARTS).filter((name) => asked.length === 0 || asked.includes(name));
  const sum = await runParts(parts as Part[]);
  process.exitCode = sum.failed === 0 ? 0 : 1;
  // Once more at the end: of a long log often only that is kept.
  const failures = sum.failures.map((failure) => `${failure}\n`).join('');
  process.once('exit', () => process.stdout.write(`${failures}${formatCounts(sum)}\n`));
}
