import { FIRST_EPOCH } from '../../../facts/core/types.ts';
import { checkpointOrigin } from '../../../facts/log/checkpoint.ts';
import type { TenantChange } from '../../../facts/log/state/grow.ts';
import { formatStateNote } from '../../../facts/log/state/note.ts';
import type { StateNote } from '../../../facts/log/state/note.ts';
import { changesOf } from '../../facts/log/state/changes.ts';
import { MemoryState } from '../../facts/log/state/memory-state.ts';
import { LOG } from './fact-writer.ts';
import type { FactWriter } from './fact-writer.ts';
import { headOfLines, headsOf, LOG_KEY, signAs } from './log-writer.ts';

/** A state as a registry serves it: its note, and its nodes by their hash in hexadecimal. */
export type ServedState = { note: string; nodes: Map<string, Uint8Array> };

/**
 * Of all that was written so far; a test overrides only what it is about. `more`: what nobody
 * wrote, and a broken registry put into its tree.
 */
export const stateOf = (
  writer: FactWriter,
  overrides: Partial<StateNote> = {},
  more: readonly TenantChange[] = [],
): ServedState => {
  const state = new MemoryState();
  const root = state.change(changesOf(writer.facts));
  const grown = more.length === 0 ? root : state.change(more);
  const shards = [...writer.shards].map(([at, lines]) => [at, headOfLines(lines)] as const);
  const note: StateNote = {
    log: LOG,
    epoch: FIRST_EPOCH,
    size: writer.facts.length,
    keySetVersion: 1,
    root: grown,
    heads: headsOf(Object.fromEntries(shards)),
    ...overrides,
  };
  const name = checkpointOrigin(LOG, note.epoch);
  return { note: signAs(name, formatStateNote(note), [LOG_KEY]), nodes: state.nodes };
};
