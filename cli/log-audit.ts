import { FactError } from '../facts/core/errors.ts';
import { LogAudit } from '../facts/log/audit.ts';
import type { Checkpoint } from '../facts/log/checkpoint.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { TILE_WIDTH } from '../facts/log/tiles.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatFields } from './format.ts';
import { readBundle, readCheckpoint } from './log-entries.ts';
import { logSourceOf, STATE_NOTE } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import { TreeAudit } from './log-state.ts';
import { newestSet, readKeyChain, trustOf } from './trust.ts';
import type { Trust } from './trust.ts';

export interface AuditOptions {
  readonly root?: string;
  readonly from?: string;
}

interface Audited {
  readonly set: KeySet;
  readonly checkpoint: Checkpoint;
  readonly entries: LogAudit;
  /** Undefined when the log has no state tree yet. */
  readonly tree: TreeAudit | undefined;
}

export async function auditLog({ root, from }: AuditOptions, context: Context): Promise<void> {
  const trust = trustOf(root, context);
  const source = logSourceOf(from, context, context.config().access.operatorToken);
  const at = { place: 'the key sets' };
  try {
    report(context, await audit(source, trust, at, context));
  } catch (error) {
    if (!(error instanceof FactError)) throw error;
    throw new CliError(EXIT.refused, `${source.name}: ${at.place}: ${error.message}`, undefined, {
      cause: error,
    });
  }
}

/** `at`: tells where it is, for who catches what it throws. */
async function audit(
  source: LogSource,
  trust: Trust,
  at: { place: string },
  context: Context,
): Promise<Audited> {
  // Read first, so that it is not younger than what it is held against.
  const note = await source.read(STATE_NOTE);
  const keys = await readKeyChain(source, trust);
  const set = newestSet(keys);
  at.place = 'the state note';
  const tree = note && new TreeAudit(note, keys);
  at.place = 'the checkpoint';
  const checkpoint = await readCheckpoint(source, set);
  const entries = new LogAudit(set.log);
  for (let index = 0; index * TILE_WIDTH < checkpoint.size; index += 1) {
    for (const entry of await readBundle(source, index, checkpoint.size)) {
      at.place = `entry ${entries.size}`;
      const added = entries.add(entry);
      tree?.facts.add(added);
    }
    if (context.tty) context.io.err(`\r${entries.size} of ${checkpoint.size} entries`);
  }
  at.place = 'the whole';
  entries.check(checkpoint);
  if (context.tty) context.io.err('\n');
  at.place = 'the state tree';
  await tree?.check(source);
  return { set, checkpoint, entries, tree };
}

function report(context: Context, { set, checkpoint, entries, tree }: Audited): void {
  const { log, version } = set;
  const { size } = checkpoint;
  const state = tree?.size ?? null;
  context.print({ log, size, tenants: entries.tenants, keySet: version, state }, () =>
    formatFields([
      ['log', log],
      ['facts', String(size)],
      ['tenants', String(entries.tenants)],
      ['key set', String(version)],
      ['state tree', state === null ? 'none yet' : `of ${state} facts, and what they come to`],
      ['verdict', 'every fact is there, each chain is whole, and the root is the signed one'],
    ]),
  );
}
