import { toHex } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { liveFactsOf } from '../facts/log/state/live-facts.ts';
import type { LiveFact } from '../facts/log/state/live-facts.ts';
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
import { assureKeyChain, trustOf } from './trust.ts';

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
  const keys = await assureKeyChain(source, trustOf(root, context));
  try {
    const opened = openView(view, tenant, keys.sets);
    const live = opened.state === null ? [] : liveFactsOf(opened.state, opened.note);
    report(context, { tenant, bytes: view.length, live, ...opened });
  } catch (cause) {
    if (!(cause instanceof FactError)) throw cause;
    const message = `${source.name}: the view of ${tenant}: ${cause.message}`;
    throw new CliError(EXIT.refused, message, undefined, { cause });
  }
}

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
}

function report(context: Context, { tenant, bytes, note, state, live }: Shown): void {
  const { log, size } = note;
  const facts = live.map(({ fact }) => fact);
  const seq = state?.seq ?? null;
  context.print({ log, size, tenant, bytes, seq, facts }, () => {
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
    ]);
    const rows = facts.map(({ kind, subject, seq: of, at }) => [kind, subject, String(of), at]);
    return rows.length === 0
      ? fields
      : `${fields}\n\n${formatTable(['KIND', 'SUBJECT', 'SEQ', 'AT'], rows)}`;
  });
}
