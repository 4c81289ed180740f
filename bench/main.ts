import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createProgress } from '../tools/servers/progress.ts';
import { benchDelivery } from './delivery.ts';
import { withEmbedded } from './embedded.ts';
import { describeMachine } from './machine.ts';
import { benchMillion } from './million.ts';
import { formatMachine, formatPage, formatTable } from './report.ts';
import { benchSagas } from './sagas.ts';
import { benchSequencing } from './sequencing.ts';
import { benchState } from './state.ts';
import { benchTenants } from './tenants.ts';

/* `npm run bench [-- --json]`: measures what DESIGN 8 bounds and writes the reference page. */

const PAGE = new URL('../docs/reference/performance.md', import.meta.url);

const { json } = parseArgs({ options: { json: { type: 'boolean', default: false } } }).values;
const progress = createProgress();
const machine = describeMachine();
const rows = [
  ...(await benchMillion(progress)),
  ...(await benchState(progress)),
  ...(await benchTenants(progress)),
  ...(await benchSagas(progress, machine.fsyncMs)),
  ...(await withEmbedded(progress, async (embedded) => [
    ...(await benchDelivery(embedded, machine.fsyncMs)),
    ...(await benchSequencing(embedded)),
  ])),
];
writeFileSync(PAGE, formatPage(machine, rows, new Date()));
if (json) process.stdout.write(`${JSON.stringify({ machine, rows })}\n`);
else process.stdout.write(`${formatMachine(machine)}\n\n${formatTable(rows)}\n`);
process.exit(rows.some(({ holds }) => holds === false) ? 1 : 0);
