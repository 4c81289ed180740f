import { fromBase64, fromHex, toBase64Url, toHex } from '../../../facts/core/bytes.ts';
import { FactError } from '../../../facts/core/errors.ts';
import { hashOfApiKey } from '../../../facts/crypto/api-key.ts';
import { shardName } from '../../../facts/crypto/shard.ts';
import type { Head } from '../../../facts/log/heads.ts';
import { parseKeySet } from '../../../facts/log/key-set.ts';
import { textOfNote } from '../../../facts/log/note.ts';
import { unpackNode } from '../../../facts/log/state/file.ts';
import { liveFactsOf } from '../../../facts/log/state/live-facts.ts';
import { parseStateNote } from '../../../facts/log/state/note.ts';
import type { StateNote } from '../../../facts/log/state/note.ts';
import { openStateNote } from '../../../facts/log/state/open-note.ts';
import { openView } from '../../../facts/log/state/view.ts';
import { shardScope, StateWalk } from '../../../facts/log/state/walk.ts';
import type { TenantState } from '../../../facts/log/state/walk.ts';
import type {
  LogCheck,
  LogChecks,
  NodeFiles,
  TenantValue,
} from '../../../tools/vectors/log-vector.ts';

const bytesOf = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array();
const keySetOf = (note: string) => parseKeySet(textOfNote(bytesOf(note)));

/** Those of shards with lines, by name. */
export const headsByShard = (heads: readonly Head[]) =>
  Object.fromEntries(
    heads
      .map(({ count, hash }, shard) => [shardName(shard), { count, hash: toHex(hash) }] as const)
      .filter(([, { count }]) => count > 0),
  );

const valueOf = (state: TenantState, stated: Pick<StateNote, 'log' | 'epoch'>): TenantValue => ({
  tenant: state.tenant,
  seq: state.seq,
  head: toBase64Url(state.head),
  live: liveFactsOf(state, stated).map(({ fact: { kind, subject, seq } }) => ({
    kind,
    subject,
    seq,
  })),
});

/** What is served under this hash, not packed. */
export const nodeServed = (nodes: NodeFiles, hash: Uint8Array): Uint8Array => {
  const file = nodes[toHex(hash)];
  if (file === undefined) throw new FactError('state-hash-mismatch', 'nothing is served');
  return unpackNode(bytesOf(file));
};

/** How a vector's input is run, by its check. */
export type Run<Check extends LogCheck> = (
  input: LogChecks[Check]['input'],
) => LogChecks[Check]['value'];

type StateCheck = 'state-note' | 'state-tree' | 'state-view' | 'api-key';

export const STATE_RUNS: { [Check in StateCheck]: Run<Check> } = {
  'state-note': ({ keySets, last, note }) => {
    const before = last === null ? undefined : parseStateNote(textOfNote(bytesOf(last)));
    const stated = openStateNote(bytesOf(note), keySets.map(keySetOf), before);
    const { epoch, size, keySetVersion, root, heads } = stated;
    return { epoch, size, keySetVersion, root: toHex(root), heads: headsByShard(heads) };
  },
  'state-tree': ({ log, epoch, root, nodes }) => {
    const walk = new StateWalk(
      fromHex(root) ?? new Uint8Array(),
      shardScope(() => true),
    );
    const found: TenantState[] = [];
    for (let wanted = walk.next(); wanted !== undefined; wanted = walk.next()) {
      found.push(...walk.take(wanted, nodeServed(nodes, wanted.hash)));
    }
    return { tenants: found.map((state) => valueOf(state, { log, epoch })) };
  },
  'state-view': ({ tenant, keySets, view }) => {
    const { note, state } = openView(bytesOf(view), tenant, keySets.map(keySetOf));
    return { size: note.size, block: state && valueOf(state, note) };
  },
  'api-key': ({ key }) => ({ hash: hashOfApiKey(key) }),
};
