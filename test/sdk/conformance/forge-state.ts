import type { Chance } from './chance.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { Bytes, Impossible, hashOfSlots, nodeIn, readSlots, sha256 } from './oracle/state-files.ts';
import { textOfNote } from './oracle/notes.ts';
import { partsOfView } from './oracle/state-tree.ts';
import { readStateNote } from './oracle/state-notes.ts';
import { signedInNote } from './sign-again.ts';

/*
 * A state tree as a thief of the log key could serve it: one node is changed, and every hash above
 * it, the root's in the note too, is made to fit, so that the checks behind the hashes are reached.
 */

type Node = { name: string; bytes: Buffer };
export type Tree = { root: string; nodes: Node[] };

const nameOf = (node: Buffer): string => {
  try {
    if (node[0] === 2) return hashOfSlots(readSlots(node, 'tenants')).toString('hex');
    if (node[0] === 6) return hashOfSlots(readSlots(node, 'page')).toString('hex');
  } catch {
    // It has no form any more: any name will do.
  }
  return sha256(node).toString('hex');
};

/** Bytes of a node, and the lengths around them: where they stand, and how wide they are. */
type Span = { from: number; to: number; lengths: [at: number, width: 2 | 4][] };

const payloadsFrom = (bytes: Bytes, end: number, outer: Span['lengths']): Span[] => {
  const spans: Span[] = [];
  while (bytes.at < end) {
    const at = bytes.at;
    const from = at + 2;
    bytes.take(bytes.number(2));
    spans.push({ from, to: bytes.at, lengths: [...outer, [at, 2]] });
  }
  return spans;
};

const BLOCK_HEADER = 60;

/** Every payload in a node of the right form, wherever it stands. */
const payloadsOf = (node: Buffer): Span[] => {
  const bytes = new Bytes(node);
  const form = bytes.number(1);
  if (form === 3) return [];
  const count = bytes.number(2);
  if (form === 4) return payloadsFrom(bytes, node.length, []);
  return Array.from({ length: count }).flatMap(() => {
    if (form === 6 && bytes.number(1) === 0) {
      bytes.take(64);
      return [];
    }
    const at = bytes.at;
    const end = bytes.number(4) + at + 4;
    const live = node.readUInt32BE(at + BLOCK_HEADER);
    bytes.take(live > 256 ? end - bytes.at : BLOCK_HEADER);
    return payloadsFrom(bytes, end, [[at, 4]]);
  });
};

/** Some stories have garbage in them: there is nothing to find. */
const payloadsIn = (node: Buffer): Span[] => {
  try {
    return payloadsOf(node);
  } catch (error) {
    if (error instanceof Impossible || error instanceof RangeError) return [];
    throw error;
  }
};

const changePayload = (node: Buffer, chance: Chance): { bytes: Buffer; how: string } => {
  const { from, to, lengths } = chance.of(payloadsIn(node));
  const { bytes, how } = mutateBytes(node.subarray(from, to), chance);
  const changed = Buffer.from(node);
  for (const [at, width] of lengths) {
    const length = changed.readUIntBE(at, width) + bytes.length - (to - from);
    changed.writeUIntBE(length, at, width);
  }
  const parts = [changed.subarray(0, from), bytes, changed.subarray(to)];
  return { bytes: Buffer.concat(parts), how: `payload ${how}` };
};

const change = (node: Buffer, chance: Chance): { bytes: Buffer; how: string } => {
  const hasPayloads = payloadsIn(node).length > 0;
  if (hasPayloads && chance.isOneIn(2)) return changePayload(node, chance);
  return mutateBytes(node, chance);
};

const replaced = (bytes: Buffer, from: string, to: string): Buffer =>
  Buffer.from(bytes.toString('hex').replaceAll(from, to), 'hex');

/** Gives the node its name again, and so on upward. */
const rename = (tree: Tree, node: Node): Tree => {
  const [from, to] = [node.name, nameOf(node.bytes)];
  if (from === to) return tree;
  const nodes = tree.nodes.map((one) => {
    const bytes = one.bytes.includes(from, 'hex') ? replaced(one.bytes, from, to) : one.bytes;
    return { ...one, bytes, name: one.name === from ? to : one.name };
  });
  const parents = nodes.filter(({ bytes }, at) => bytes !== tree.nodes[at]?.bytes);
  const root = tree.root === from ? to : tree.root;
  return parents.reduce(rename, { root, nodes });
};

export type ForgedTree = Tree & { how: string };

/** One node changed. */
export const forgeTree = (tree: Tree, chance: Chance): ForgedTree => {
  const node = chance.of(tree.nodes);
  const { bytes, how } = change(node.bytes, chance);
  const nodes = tree.nodes.map((one) => (one === node ? { ...node, bytes } : one));
  return { ...rename({ ...tree, nodes }, { ...node, bytes }), how: `forge ${how}` };
};

export const treeOfFiles = (root: string, files: Record<string, string>): Tree => ({
  root,
  nodes: Object.entries(files).map(([name, file]) => {
    return { name, bytes: nodeIn(Buffer.from(file, 'base64')) };
  }),
});

export const filesOfTree = ({ nodes }: Tree): Record<string, string> =>
  Object.fromEntries(nodes.map(({ name, bytes }) => [name, bytes.toString('base64')]));

/** The note with another root, signed by who signed it; as it is when that was nobody. */
export const restate = (note: Buffer, from: string, to: string): Buffer => {
  const signed = signedInNote(note);
  if (signed === undefined) return note;
  const [old, root] = [from, to].map((hash) => Buffer.from(hash, 'hex').toString('base64'));
  const text = Buffer.from(signed.signed).toString();
  return Buffer.from(signed.sign(Buffer.from(text.replace(`\n${old}\n`, `\n${root}\n`))));
};

/** Empty: a note of another form. */
export const rootIn = (note: Buffer): string => readStateNote(textOfNote(note) ?? '')?.root ?? '';

const sized = (part: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return Buffer.concat([length, part]);
};

/** A view with a node changed. */
export const forgeView = (view: Buffer, chance: Chance): { view: Buffer; how: string } => {
  const parts = partsOfView(view);
  if (parts === undefined) throw new Error('a vector without a view');
  const root = rootIn(parts.note);
  const nodes = parts.nodes.map((bytes) => ({ name: nameOf(bytes), bytes }));
  const forged = forgeTree({ root, nodes }, chance);
  const note = restate(parts.note, root, forged.root);
  const all = [note, ...forged.nodes.map(({ bytes }) => bytes)];
  return { view: Buffer.concat(all.map(sized)), how: forged.how };
};
