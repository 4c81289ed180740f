import { toHex, utf8 } from '../facts/core/bytes.ts';
import { textOfNote } from '../facts/log/note.ts';
import { unpackNode } from '../facts/log/state/file.ts';
import { parseStateNote } from '../facts/log/state/note.ts';
import { formatView, viewNode, walkOfView } from '../facts/log/state/view.ts';
import type { LogReading } from '../ports/log-store.ts';
import type { StateReading } from '../ports/state-store.ts';

/**
 * What the newest state tree says of one tenant, with nothing of others but hashes (facts-v1,
 * "State tree"); undefined before the first.
 */
export async function viewOfTenant(
  store: Pick<LogReading, 'findNote'> & StateReading,
  tenant: string,
): Promise<Uint8Array | undefined> {
  const note = await store.findNote('state');
  if (note === undefined) return undefined;
  const { root } = parseStateNote(textOfNote(utf8(note)));
  const walk = walkOfView(root, tenant);
  const nodes: Uint8Array[] = [];
  for (let wanted = walk.next(); wanted !== undefined; wanted = walk.next()) {
    const file = await store.findStateNode(wanted.hash);
    if (file === undefined) throw new Error(`the state tree lacks ${toHex(wanted.hash)}`);
    const node = viewNode(unpackNode(file), tenant);
    walk.take(wanted, node);
    nodes.push(node);
  }
  return formatView(note, nodes);
}
