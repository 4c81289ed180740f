// Writes docs/reference/sagas.md from the sagas' own step tables; --check compares only.
import { HOLDS_TENANT_LOCK, OPERATION_KINDS } from '../domain/operation.ts';
import type { OperationKind } from '../domain/operation.ts';
import { SAGA_QUEUE } from '../domain/saga-protocol.ts';
import { DEFAULT_TIMING, WAITS } from '../domain/saga-timing.ts';
import { DNS_SETTLE_MS } from '../ports/dns.ts';
import { IDENTITY_SETTLE_MS } from '../ports/identity-provider.ts';
import { ROUTES_SETTLE_MS } from '../ports/routes.ts';
import { TENANT_DATABASE_SETTLE_MS } from '../ports/tenant-database.ts';
import type { Touched } from '../workflows/shared/step.ts';
import { SAGA_TABLES } from '../workflows/tables.ts';
import type { StepRow } from '../workflows/tables.ts';
import { writeGenerated } from './write-generated.ts';

interface System {
  readonly words: string;
  /** As failures name it: `<port>.<code>`. */
  readonly reasons: string;
  readonly settleMs?: number;
}

const port = (name: string, more = ''): string => `\`${name}.<code>\`${more}`;
const STORE = '`store-*`';

const SYSTEMS: Readonly<Record<Touched, System>> = {
  identity: {
    words: 'identity provider (Keycloak), stored secrets',
    reasons: port('identity'),
    settleMs: IDENTITY_SETTLE_MS,
  },
  database: {
    words: 'the tenant’s database',
    reasons: port('tenant-database'),
    settleMs: TENANT_DATABASE_SETTLE_MS,
  },
  route: {
    words: 'routes (Kubernetes)',
    reasons: port('routes'),
    settleMs: ROUTES_SETTLE_MS,
  },
  dns: { words: 'DNS', reasons: port('dns'), settleMs: DNS_SETTLE_MS },
  mail: { words: 'mail', reasons: `${port('identity')}, ${port('notifier')}` },
  zone: { words: 'the DNS of the domain, which is only looked at', reasons: port('domain-proof') },
  registry: { words: 'Postgres: state, audit, facts', reasons: `${STORE}, refusals of the rule` },
  log: { words: 'sequencer and log', reasons: STORE },
  nothing: { words: 'nothing', reasons: '–' },
};

export function formatSagasReference(): string {
  return `${[HEAD, ...OPERATION_KINDS.map(formatSaga), formatTimes(), TOLD].join('\n\n')}\n`;
}

const HEAD = `# Sagas

<!-- Written by tools/sagas-reference.ts from workflows/tables.ts. Change it there. -->

What each step touches and how it is taken back. The names stand in the API, in the Temporal UI (activity id; of an undo:
\`undo-<step>\`) and in logs. **Bold**: the pivot; from its scheduling on a saga only goes forward. A step that waits, waits for
people or for a date. \`<code>\` of a port is \`foreign\`, \`invalid\` (permanent), \`forbidden\`, \`unavailable\` or \`unknown\`
(transient); what to do about each: [Errors](errors.md#reasons-of-a-saga). Every saga whose pivot is refused, or that is
cancelled or unwound before it, gives back what its acceptance holds, as the last undo (\`undo-acceptance\`).`;

function formatSaga(kind: OperationKind): string {
  const { does, begunBy, refusals, told, steps } = SAGA_TABLES[kind];
  const input = { operation: '', tenant: '', timing: { ...DEFAULT_TIMING, settleMs: {} } };
  const rows = steps(input).map(formatStep);
  const lock = HOLDS_TENANT_LOCK[kind]
    ? 'It holds its tenant’s lock from its acceptance on, until its end at the latest.'
    : 'It holds no lock: the rule in each of its commits decides.';
  const more = told.map((name) => `\`${name}\``).join(', ');
  return [
    `## ${kind}\n`,
    `${does} Workflow id \`${kind}/<operation id>\`; begun by \`${begunBy}\`. ${lock}\n`,
    '| step | does | touches | queue | undo | reasons |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `Refusals of its rule: ${refusals.map((code) => `\`${code}\``).join(', ')}.`,
    ...(told.length === 0 ? [] : [`It may be told, beyond what every saga is: ${more}.`]),
  ].join('\n');
}

function formatStep(row: StepRow): string {
  const { name, title, touches, pivot, waits, queue = SAGA_QUEUE, when, undo } = row;
  const { words, reasons } = SYSTEMS[touches];
  const shown = pivot === true ? `**\`${name}\`**` : `\`${name}\``;
  const notes = [
    ...(waits === true ? ['waits'] : []),
    ...(when === undefined ? [] : ['may be skipped']),
  ];
  const does = [title, ...notes].join('; ');
  const taken = undo === undefined ? '–' : `\`undo-${name}\``;
  return `| ${[shown, does, words, `\`${queue}\``, taken, reasons].join(' | ')} |`;
}

function formatTimes(): string {
  const timing = DEFAULT_TIMING;
  const rows = [
    [
      'one attempt (`startToClose`); its outside request ends a second earlier',
      time(timing.attemptTimeoutMs),
    ],
    [
      'pause between attempts',
      `${time(timing.firstBackoffMs)}, doubled up to ${time(timing.maxBackoffMs)}`,
    ],
    ['retry budget, then parked (`SAGA_RETRY_BUDGET_S`)', time(timing.retryBudgetMs)],
    ['parked before the pivot, in sum, then unwound', time(timing.parkedLimitMs)],
    ...Object.entries(SYSTEMS).flatMap(([name, { settleMs }]) =>
      settleMs === undefined ? [] : [[`settle time of \`${name}\``, time(settleMs)]],
    ),
    ...WAITS.map((name) => [`wait \`${name}\``, time(timing.waitMs[name])]),
  ];
  return [
    '## Times\n',
    'Part of a saga’s input: a running saga keeps those that it began with. Settle time: how long a system may go on after',
    'its caller has left; the undo of an unknown outcome waits that long, twice. At the third stop of one step for one cause',
    'a saga waits for a person.\n',
    '| what | time |',
    '|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

const UNITS = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** In the largest unit that divides it. */
function time(ms: number): string {
  const unit = UNITS.find(([, unitMs]) => ms % unitMs === 0);
  if (unit === undefined) return `${ms} ms`;
  const [name, unitMs] = unit;
  const count = ms / unitMs;
  return `${count} ${name === 'day' && count > 1 ? 'days' : name}`;
}

const TOLD = `## What may be told and asked

| | name | when |
|---|---|---|
| query | \`state\` | always: state, reason, steps, whether it may be unwound |
| update, signal | \`resume\` | while it is parked |
| update, signal | \`unwind\` | before the pivot is scheduled |
| cancel | | before the pivot is scheduled |

Search attributes (keywords): \`TenantId\`, \`SagaState\`, \`SagaStep\` (set while it waits or unwinds).`;

if (import.meta.main) writeGenerated('docs/reference/sagas.md', formatSagasReference());
