import type { Machine } from './machine.ts';
import type { Row } from './row.ts';

const HEADINGS = ['what', 'value', 'baseline', 'ratio', 'bound', 'holds'];

/** A Markdown table: reads as well in a terminal as on a page. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    `${row.value} ${row.unit}`,
    row.baseline === null ? '–' : `${row.baseline} ${row.unit}`,
    row.ratio === null ? '–' : `${row.ratio} x`,
    row.bound === null ? '–' : formatBound(row, row.bound),
    row.holds === null ? '–' : row.holds ? 'yes' : '**no**',
  ]);
  const all = [HEADINGS, ...cells];
  const widths = HEADINGS.map((_heading, at) =>
    Math.max(...all.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(HEADINGS), rule, ...cells.map(line)].join('\n');
}

function formatBound({ unit, ratio }: Row, bound: number): string {
  if (unit === 'facts/s') return `>= ${bound} ${unit}`;
  if (unit === 'sagas/s') return `>= ${bound} x`;
  return `${bound} ${ratio === null ? unit : 'x'}`;
}

export function formatMachine({ cpu, cores, memoryGiB, node, fsyncMs }: Machine): string {
  return `${cores} x ${cpu}, ${memoryGiB} GiB, Node ${node}, fsync ${fsyncMs} ms`;
}

/** The page `docs/reference/performance.md`. */
export function formatPage(machine: Machine, rows: readonly Row[], date: Date): string {
  return `# Performance

Written by \`npm run bench\` on ${date.toISOString().slice(0, 10)}.
Machine: ${formatMachine(machine)}.

Ratios are against a baseline of the same run and bind always; milliseconds that wait for a disk
bind only where it syncs in less than 0.2 ms. Load is open loop: requests start on time whether or
not the last one has ended. Baselines:

- a million facts: those that a data plane left on disk, a snapshot of 10,000 tenants, against the
  bare JSON parser of the kit's language over the same bytes, against a signature for each, and
  those of compiled languages against TypeScript;
- a delivery: as many bytes through bare JetStream to a process that verifies one signature; a
  commit is dated by Postgres, before it is synced, and its application by the plane's process; at
  250/s five rounds of 3 s, bare and kit in turns, of which the one of the median ratio is told,
  and the p99 of all of them;
- the sequencer: bare inserts of as many rows in commits of as many, synced;
- what is told among many tenants: the same among 1,000, measured in turns, without HTTP; of
  snapshots and views one after the other. A page of the state tree parts in sixteen above 256
  facts, so how full pages are swings with the number of tenants and does not grow with it: of one
  fact each some 62 share a page among 1,000, some 24 among 100,000, and most pages have some 244
  among 1,000,000. A view costs one page, and so does a snapshot after one change;
- a saga: 200 at once, begun and answered as its proof does, sealed as in production, over embedded
  outside systems and a real mail server, against 200 bare workflows of as many activities that do
  nothing. What it waits for people is not counted in its p50; they answer ten at a time;
- a burst of invitations: bare workflows of as many activities as one has steps until it is mailed;
- sagas beside a noisy tenant: the same without it. That one has four clients, which invite as many
  people as they can.

Decisions are told without what reading the clock costs.

${formatTable(rows)}
`;
}
