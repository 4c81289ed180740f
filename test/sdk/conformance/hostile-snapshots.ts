import { gzipSync } from 'node:zlib';
import { fromBase64Url, utf8 } from '../../../facts/core/bytes.ts';
import { encodePayload } from '../../../facts/core/payload.ts';
import { textOfNote } from '../../../facts/log/note.ts';
import { factKey } from '../../../facts/log/state/keys.ts';
import { LOG, memberDraft, signer } from '../support/fact-writer.ts';
import type { FactWriter } from '../support/fact-writer.ts';
import { signAs } from '../support/log-writer.ts';
import { stateOf } from '../support/state-writer.ts';
import type { ServedState } from '../support/state-writer.ts';
import { ACME } from '../support/tenants.ts';
import type { Chance } from './chance.ts';
import { forgeTree, restate, rootIn } from './forge-state.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { THIEF } from './true-log.ts';

/** The true state of now and of before, and what a liar may lie with. */
export type SnapshotScene = {
  newest: ServedState;
  older: ServedState;
  writer: FactWriter;
  chance: Chance;
};
export type HostileSnapshot = (scene: SnapshotScene) => ServedState;

/** Far over what a node may have, in a file that is small. */
const BOMB = gzipSync(Buffer.alloc(64 * 2 ** 20));
const HUGE = Buffer.alloc(9 * 2 ** 20, 2);

const eachNode = (
  { note, nodes }: ServedState,
  change: (node: Uint8Array, at: number) => Uint8Array,
): ServedState => ({
  note,
  nodes: new Map([...nodes].map(([name, node], at) => [name, change(node, at)])),
});

/** One of them, wherever it stands: those above it are whole. */
const oneNode = (
  state: ServedState,
  chance: Chance,
  change: (node: Uint8Array) => Uint8Array,
): ServedState => {
  const changed = chance.below(state.nodes.size);
  return eachNode(state, (node, at) => (at === changed ? change(node) : node));
};

/** Each is served under the name of another one of its form. */
const rotate = (state: ServedState): ServedState => {
  const byForm = Map.groupBy(state.nodes.values(), ([form]) => form);
  return eachNode(state, (node) => {
    const alike = byForm.get(node[0]) ?? [];
    return alike[(alike.indexOf(node) + 1) % alike.length] ?? node;
  });
};

/** What is left when the node at this place is not served. */
const without = ({ note, nodes }: ServedState, at: number): ServedState => ({
  note,
  nodes: new Map([...nodes].filter((_, place) => place !== at)),
});

const forge = ({ newest, chance }: SnapshotScene): { tree: ServedState['nodes']; note: Buffer } => {
  const note = Buffer.from(newest.note);
  const root = rootIn(note);
  const nodes = [...newest.nodes].map(([name, node]) => ({ name, bytes: Buffer.from(node) }));
  const forged = forgeTree({ root, nodes }, chance);
  const tree = new Map(forged.nodes.map(({ name, bytes }) => [name, bytes] as const));
  return { tree, note: restate(note, root, forged.root) };
};

/** By name. None may leave anything in a plane: it reads lines instead, or takes what is true. */
export const HOSTILE_SNAPSHOTS: Record<string, HostileSnapshot> = {
  'nothing changed': ({ newest }) => newest,
  'older note and nodes': ({ older }) => older,
  'older note': ({ newest, older }) => ({ note: older.note, nodes: newest.nodes }),
  'older nodes': ({ newest, older }) => ({ note: newest.note, nodes: older.nodes }),
  'note changed': ({ newest, chance }) => {
    const { bytes } = mutateBytes(utf8(newest.note), chance);
    return { ...newest, note: Buffer.from(bytes).toString() };
  },
  'a node changed': ({ newest, chance }) =>
    oneNode(newest, chance, (node) => mutateBytes(node, chance).bytes),
  'a node truncated': ({ newest, chance }) =>
    oneNode(newest, chance, (node) => node.subarray(0, chance.below(node.length))),
  'nodes of other tenants': ({ newest }) => rotate(newest),
  'a node missing': ({ newest, chance }) => without(newest, chance.below(newest.nodes.size)),
  'nodes missing': ({ newest: { note } }) => ({ note, nodes: new Map() }),
  bombs: ({ newest }) => eachNode(newest, () => BOMB),
  'huge nodes': ({ newest }) => eachNode(newest, () => HUGE),
  'forged under the fact key': (scene) => {
    const { tree, note } = forge(scene);
    return { note: signAs(LOG, textOfNote(note), [signer]), nodes: tree };
  },
};

/** The negative control: by the stolen log key the thief is a member, and every plane says so. */
export const stolenSnapshot: HostileSnapshot = ({ writer }) => {
  const draft = memberDraft(THIEF.member, THIEF.sub, ['owner']);
  const next = writer.next(ACME, draft);
  const payload = encodePayload({ ...next, seq: next.seq - 1 });
  const facts = [{ key: factKey(draft.kind, draft.subject), payload }];
  const head = fromBase64Url(next.prev) ?? new Uint8Array();
  return stateOf(writer, {}, [{ tenant: ACME, seq: next.seq - 1, head, facts }]);
};
