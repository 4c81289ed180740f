import { toBase64 } from '../../../facts/core/bytes.ts';
import { parseCheckpoint } from '../../../facts/log/checkpoint.ts';
import { textOfNote } from '../../../facts/log/note.ts';
import { TreeBuilder } from '../../../facts/log/tree.ts';
import type { ProofWorld } from '../world.ts';
import { select } from './subject.ts';
import type { Findings } from './subject.ts';

/** I4: every signed checkpoint that was ever served is the root of the log's first leaves. */
export async function consistentCheckpoints(world: ProofWorld): Findings {
  await world.checkpoints.look();
  const leaves = await select<{ index: string; leaf_hash: Buffer }>(
    world,
    'select index, leaf_hash from facts order by index',
  );
  const gap = leaves.findIndex(({ index }, at) => Number(index) !== at);
  const roots = [...rootsOf(leaves.map((row) => row.leaf_hash))];
  const findings = [...world.checkpoints.notes].flatMap((note) => {
    const { size, root } = parseCheckpoint(textOfNote(Buffer.from(note)));
    if (roots[size] === toBase64(root)) return [];
    return [`the checkpoint of size ${size} is none of this log`];
  });
  return [
    ...(gap >= 0 ? [`the log has no index ${gap}`] : []),
    ...(world.checkpoints.notes.size === 0 ? ['no checkpoint was ever served'] : []),
    ...findings,
  ];
}

/** Of each size from 0 on. */
function* rootsOf(leaves: readonly Uint8Array[]): Iterable<string> {
  const tree = new TreeBuilder();
  yield toBase64(tree.root());
  for (const leaf of leaves) {
    tree.append(leaf);
    yield toBase64(tree.root());
  }
}
