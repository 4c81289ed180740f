import { equalBytes, toHex } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { shardOf } from '../facts/crypto/shard.ts';
import type { Heartbeat } from '../facts/log/heartbeat.ts';
import { openHeartbeat } from '../facts/log/open-heartbeat.ts';
import { liveFactsOf } from '../facts/log/state/live-facts.ts';
import type { LiveFact } from '../facts/log/state/live-facts.ts';
import type { StateNote } from '../facts/log/state/note.ts';
import { openView } from '../facts/log/state/view.ts';
import type { OpenedView } from '../facts/log/state/view.ts';
import { viewOfTenant } from '../registry/state-view.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { assureUuid } from './fact-options.ts';
import { formatFields, formatTable } from './format.ts';
import type { AuditOptions } from './log-audit.ts';
import { logSourceOf, STATE_NOTE } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import { assureKeyChain, newestSet, trustOf } from './trust.ts';

/** `tenure log tenant`. */
export async function showTenant(
  tenant: string,
  { root, from }: AuditOptions,
  context: Context,
): Promise<void> {
  assureUuid(tenant, 'A tenant');
  const source = logSourceOf(from, context, context.config().access.operatorToken);
  // Read first: a key set that it names is there by then.
  const view = await readView(source, tenant);
  const heartbeat = await source.read('heartbeat');
  const keys = await assureKeyChain(source, trustOf(root, context));
  try {
    const opened = openView(view, tenant, keys.sets);
    const live = opened.state === null ? [] : liveFactsOf(opened.state, opened.note);
    const age = ageOf(opened.note, tenant, heartbeat && openHeartbeat(heartbeat, newestSet(keys)));
    report(context, { tenant, bytes: view.length, live, age, ...opened });
  } catch (cause) {
    if (!(cause instanceof FactError)) throw cause;
    const message = `${source.name}: the view of ${tenant}: ${cause.message}`;
    throw new CliError(EXIT.refused, message, undefined, { cause });
  }
}

/** What the newest heartbeat says of the tenant's shard since the view; null: there is none. */
type Age = { at: string; newer: number } | null;

/** Whoever serves an old view serves an old heartbeat with it, or is found: its time is signed. */
function ageOf(note: StateNote, tenant: string, heartbeat: Heartbeat | undefined): Age {
  const shard = shardOf(tenant);
  const [then, now] = [note.heads[shard], heartbeat?.heads[shard]];
  if (heartbeat === undefined || then === undefined || now === undefined) return null;
  if (now.count === then.count && !equalBytes(now.hash, then.hash)) {
    throw new FactError('state-fork', 'the heartbeat has another history of its shard');
  }
  return { at: heartbeat.at, newer: Math.max(0, now.count - then.count) };
}

const formatAge = (age: Age): string => {
  if (age === null) return 'not known: there is no heartbeat';
  if (age.newer === 0) return `nothing newer by ${age.at}`;
  return `${age.newer} newer facts in its shard by ${age.at}: they may be the tenant's`;
};

/** As it is served; of a folder it is made here, from whole nodes. */
async function readView(source: LogSource, tenant: string): Promise<Uint8Array> {
  const served = await source.read(`state/tenants/${tenant}`);
  const view = served ?? (await viewOfTenant(storeOf(source), tenant));
  if (view !== undefined) return view;
  throw new CliError(
    EXIT.refused,
    `${source.name} has no state tree yet.`,
    'A registry makes one within a minute of its first facts.',
  );
}

function storeOf(source: LogSource) {
  return {
    findNote: async () => {
      const note = await source.read(STATE_NOTE);
      return note && new TextDecoder().decode(note);
    },
    findStateNode: (hash: Uint8Array) => source.read(`state/${toHex(hash)}`),
  };
}

interface Shown extends OpenedView {
  readonly tenant: string;
  readonly bytes: number;
  readonly live: readonly LiveFact[];
  readonly age: Age;
}

function report(context: Context, { tenant, bytes, note, state, live, age }: Shown): void {
  const { log, size } = note;
  const facts = live.map(({ fact }) => fact);
  const seq = state?.seq ?? null;
  context.print({ log, size, tenant, bytes, seq, facts, age }, () => {
    const verdict =
      state === null
        ? 'the tenant has no facts, and this is proved'
        : `${facts.length} live facts, and there are no others`;
    const fields = formatFields([
      ['log', `${log}, ${size} facts`],
      ['tenant', tenant],
      ['seq', seq === null ? '-' : String(seq)],
      ['evidence', `${bytes} bytes`],
      ['verdict', verdict],
      ['age', formatAge(age)],
    ]);
    const rows = facts.map(({ kind, subject, seq: of, at }) => [kind, subject, String(of), at]);
    return rows.length === 0
      ? fields
      : `${fields}\n\n${formatTable(['KIND', 'SUBJECT', 'SEQ', 'AT'], rows)}`;
  });
}
