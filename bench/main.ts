import { writeFileSync } from 'node:fs';
import { orRefuse, readArguments } from '../tools/command-line.ts';
import { createProgress } from '../tools/servers/progress.ts';
import { describeMachine } from './machine.ts';
import { choose, runParts } from './parts.ts';
import { formatMachine, formatPage, formatTable } from './report.ts';

/*
 * `npm run bench [-- --json]`: measures what DESIGN 8 bounds and writes the reference page.
 * `npm run bench -- sagas fairness` measures these parts, whole, and writes nothing.
 */

const PAGE = new URL('../docs/reference/performance.md', import.meta.url);

const { values, positionals } = readArguments('npm run bench -- [<part> ...] [--json]', {
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const parts = orRefuse(() => choose(positionals));
const named = positionals.length > 0;
const machine = describeMachine();
const rows = await runParts(parts, { progress: createProgress(), machine, named });
if (!named) writeFileSync(PAGE, formatPage(machine, rows, new Date()));
if (values.json) process.stdout.write(`${JSON.stringify({ machine, rows })}\n`);
else process.stdout.write(`${formatMachine(machine)}\n\n${formatTable(rows)}\n`);
process.exit(rows.some(({ holds }) => holds === false) ? 1 : 0);
