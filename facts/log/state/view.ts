import { concatBytes, utf8 } from '../../core/bytes.ts';
import type { KeySet } from '../key-set.ts';
import { bigEndian, Cursor, nodeMalformed } from './cursor.ts';
import type { StateNote } from './note.ts';
import { openStateNote } from './open-note.ts';
import { formatPage, parsePage, splitTenants, TENANTS } from './pages.ts';
import { StateWalk, tenantScope } from './walk.ts';
import type { ReadLeaf, TenantState } from './walk.ts';

/*
 * View of one tenant (facts-v1, "State tree"): what the tree says of it, and of the others only
 * what they hash to.
 *
 *   view = length uint32 || state note, then *(length uint32 || node)       from the root down
 */

/** A node of the tree as a view shows it. */
export const viewNode = (node: Uint8Array, tenant: string): Uint8Array =>
  node[0] === TENANTS ? formatPage(splitTenants(node), tenant) : node;

/**
 * The walk by which a view is made and by which it is verified: whoever makes one sees that its
 * reader will take it, and hashes each block once.
 */
export const walkOfView = (root: Uint8Array, tenant: string): StateWalk => {
  const readLeaf: ReadLeaf = (node, prefix) => parsePage(node, prefix, tenant);
  return new StateWalk(root, tenantScope(tenant), readLeaf);
};

/** `nodes`: by {@link viewNode}, in the order of {@link walkOfView}. */
export const formatView = (note: string, nodes: readonly Uint8Array[]): Uint8Array =>
  concatBytes(...[utf8(note), ...nodes].flatMap((part) => [bigEndian(part.length, 4), part]));

export type OpenedView = {
  note: StateNote;
  /** Null: the tree proves that the tenant has no facts. */
  state: TenantState | null;
};

/**
 * Verifies a view: the note's checks, then each node's. Throws a FactError. `liveFactsOf` unpacks
 * the tenant's facts.
 */
export const openView = (
  bytes: Uint8Array,
  tenant: string,
  sets: readonly KeySet[],
  last?: StateNote,
): OpenedView => {
  const view = new Cursor(bytes);
  const note = openStateNote(view.take(view.uint32()), sets, last);
  const walk = walkOfView(note.root, tenant);
  let state: TenantState | null = null;
  for (let wanted = walk.next(); wanted !== undefined; wanted = walk.next()) {
    const [found] = walk.take(wanted, view.take(view.uint32()));
    state = found ?? state;
  }
  if (!view.isAtEnd) throw nodeMalformed('a node that was not asked for');
  return { note, state };
};
