// `npm run check`: every check that needs no server, a few side by side, a line for each.
import { availableParallelism } from 'node:os';
import { GENERATORS } from './generated.ts';
import { captureCommand } from './run-command.ts';

export type Check = { name: string; command: readonly string[] };

const NODE = [process.execPath, '--disable-warning=ExperimentalWarning'];
const bin = (path: string) => [process.execPath, `node_modules/${path}`];

/** The slowest first, so that the run is as long as it and no longer. */
export const CHECKS: readonly Check[] = [
  {
    name: 'layers',
    command: [
      ...bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config=.dependency-cruiser.mjs',
      '--output-type=err-long',
      '.',
    ],
  },
  { name: 'types', command: [...bin('@typescript/native/bin/tsc'), '--noEmit'] },
  { name: 'lint', command: [...bin('oxlint/bin/oxlint'), '--type-aware'] },
  { name: 'format', command: [...bin('oxfmt/bin/oxfmt'), '--check'] },
  { name: 'migrations', command: [...NODE, 'tools/migrations-check.ts'] },
  ...GENERATORS.map(({ writes, script }) => ({
    name: `fresh ${writes}`,
    command: [...NODE, script, '--check'],
  })),
];

/** Prints a line per check, and everything a failed one said. */
export async function runChecks(
  checks = CHECKS,
  say = (line: string) => void process.stdout.write(`${line}\n`),
): Promise<{ passed: number; failed: number; failures: string[] }> {
  const waiting = [...checks];
  const counts = { passed: 0, failed: 0, failures: [] as string[] };
  const workOff = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const { code, output, ms } = await captureCommand(check.command);
      counts[code === 0 ? 'passed' : 'failed'] += 1;
      say(`${code === 0 ? '✓' : 'x'} ${check.name}  ${ms} ms`);
      if (code === 0) continue;
      say(output);
      counts.failures.push(`x ${check.name}\n${output}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, workOff));
  return counts;
}

if (import.meta.main) {
  const { failed } = await runChecks();
  process.exitCode = failed === 0 ? 0 : 1;
}
