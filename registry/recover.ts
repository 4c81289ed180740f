import { restoredChanges } from '../domain/restored-state.ts';
import { equalBytes } from '../facts/core/bytes.ts';
import type { Fact } from '../facts/core/types.ts';
import type { factKeysOf } from '../facts/log/fact-keys.ts';
import { EMPTY_ROOT } from '../facts/log/hashes.ts';
import { newestEpoch } from '../facts/log/key-set.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import type { TreeHead } from '../facts/log/proofs.ts';
import type { CheckpointStore } from '../ports/checkpoint-store.ts';
import type { FactReading } from '../ports/fact-log.ts';
import type { FactStream } from '../ports/fact-stream.ts';
import type { LogHeads, LogKeeping, NewKeySet } from '../ports/log-store.ts';
import type { FactSource, RecoveryStore } from '../ports/recovery.ts';
import type { Operation } from '../ports/registry-store.ts';
import type { Signer } from '../ports/signer.ts';
import { foundationOf, stated } from './kept-checkpoint.ts';
import type { KeyRing } from './key-ring.ts';
import { beginEpoch } from './key-sets.ts';
import { treeAt } from './log-tree.ts';
import type { Missing } from './missing-facts.ts';
import { RecoverError } from './recover-error.ts';
import { collect, newestKeys } from './recovery-sources.ts';
import { rewriteOutbox } from './rewrite-outbox.ts';
import { isHeld, lastSeen, otherFact } from './stream-guard.ts';

export interface RecoverPorts {
  readonly keys: KeyRing;
  readonly store: LogKeeping;
  readonly facts: Pick<FactReading, 'leafOf'>;
  readonly stream: Pick<FactStream, 'lastLines'>;
  readonly recovery: RecoveryStore;
  readonly checkpoints: Pick<CheckpointStore, 'newest'>;
  /** JetStream, and what the operator named. */
  readonly sources: readonly FactSource[];
  /** Only a simulation that fakes signatures brings another way. */
  readonly keysOf?: typeof factKeysOf;
  /** Below it lie the hosts of tenants that only their facts remember. */
  readonly tenantDomain: string;
}

/** How many facts each one knows of. */
export interface Findings {
  readonly database: number;
  /** By the checkpoint that is kept outside; undefined: none is. */
  readonly checkpoint: number | undefined;
  /** By the lines that were found. */
  readonly seen: number;
  /** Of the facts that are missing, those that were found and continue the log. */
  readonly found: number;
  /** Lines that no key signed, or that break a rule. */
  readonly refused: number;
}

export interface Recovery {
  readonly imported: number;
  readonly keySets: number;
  readonly epoch: number;
  /** The root began it here. */
  readonly isNewEpoch: boolean;
  /** Committed and unsigned, with another place in their chain. */
  readonly rewritten: number;
  readonly dropped: readonly Fact[];
  /** Ids of tenants that only their facts remember. */
  readonly nameless: readonly string[];
  /** That have not ended. */
  readonly operations: readonly Operation[];
}

export interface RecoverOptions {
  /** Begins a new epoch when facts are missing for good. */
  readonly root?: Signer | undefined;
  /** Told before anything is written. */
  readonly tell: (findings: Findings) => void;
}

/**
 * Brings a restored database up to what was signed, while the caller leads under `fence` (DESIGN 3,
 * "Restored backup"). All is written in one transaction: again is harmless at any moment. Rejects
 * with {@link RecoverError} and with what the stores reject with.
 */
export async function recover(
  ports: RecoverPorts,
  fence: number,
  { root, tell }: RecoverOptions,
): Promise<Recovery> {
  const { recovery, store } = ports;
  const heads = await store.heads();
  const { set, added } = await newestKeys(ports.sources, ports.keys, heads.keySet);
  const missing = await collect(ports.sources, heads, set, ports.keysOf);
  await checkHeld(ports, heads, set);
  const signed = await foundation(ports, set);
  const found = missing.continuing(await recovery.signedHeads(missing.tenants));
  const end = heads.nextIndex + found.length;
  const seen = await missing.seenBeside(found, (one) =>
    isHeld(ports, { fact: one.fact, leaf: one.leafHash }),
  );
  if (signed !== undefined && end >= signed.size) await checkRoot(store, heads, found, signed);
  tell({
    database: heads.nextIndex,
    checkpoint: signed?.size,
    ...{ seen, found: found.length, refused: missing.refused },
  });
  const known = Math.max(seen, signed?.size ?? 0);
  if (end < known && root === undefined)
    throw new RecoverError('facts-missing', `fact ${end} is missing, of ${known} that were signed`);
  const isNewEpoch = end < known && root !== undefined;
  const start = isNewEpoch ? await lastGood(ports, heads, signed, end) : undefined;
  const begun =
    root === undefined || start === undefined
      ? undefined
      : await beginEpoch(set, { first: end, ...start }, root);
  const epoch = newestEpoch(set) + (begun === undefined ? 0 : 1);
  const keySets = begun === undefined ? added : [...added, begun];
  const written = await write(ports, fence, { base: heads.nextIndex, found, keySets, epoch });
  const operations = await recovery.openOperations();
  const counts = { imported: found.length, keySets: keySets.length };
  return { ...counts, epoch, isNewEpoch, ...written, operations };
}

/** Nothing can be appended to facts that are not those that were published. */
async function checkHeld(ports: RecoverPorts, heads: LogHeads, set: KeySet): Promise<void> {
  for (const seen of await lastSeen(ports, heads, set))
    if (seen.position <= seen.count && !(await isHeld(ports, seen)))
      throw new RecoverError('other-facts', `${otherFact(seen)}: restore another backup`);
}

async function foundation({ checkpoints }: RecoverPorts, set: KeySet) {
  const { note } = await checkpoints.newest();
  try {
    return note === undefined ? undefined : foundationOf(note, set, Number.MAX_SAFE_INTEGER);
  } catch (cause) {
    throw new RecoverError(
      'key-sets-missing',
      `the kept checkpoint does not fit key set ${set.version}, the newest that was found`,
      { cause },
    );
  }
}

async function checkRoot(
  store: LogKeeping,
  { nextIndex }: LogHeads,
  found: readonly Missing[],
  { size, root }: TreeHead,
): Promise<void> {
  const tree = await treeAt(store, Math.min(size, nextIndex));
  for (const { leafHash } of found.slice(0, size - tree.size)) tree.append(leafHash);
  if (equalBytes(tree.root(), root)) return;
  const what = `the first ${size} facts, with those that were found, are not those that were signed`;
  throw new RecoverError('other-facts', what);
}

/** The last checkpoint that the log of the new epoch goes on from. */
async function lastGood(
  { store, keys }: RecoverPorts,
  { nextIndex, keySet }: LogHeads,
  signed: TreeHead | undefined,
  end: number,
): Promise<TreeHead> {
  if (signed !== undefined && signed.size <= end) return { size: signed.size, root: signed.root };
  const note = await store.findNote('checkpoint');
  const { log } = await keys.setOf(keySet);
  const { size, root } = note === undefined ? { size: 0, root: EMPTY_ROOT } : stated(note, log);
  if (size <= nextIndex && equalBytes((await treeAt(store, size)).root(), root))
    return { size, root };
  const what = 'the database is not even what its own checkpoint says: restore another backup';
  throw new RecoverError('other-facts', what);
}

interface Writing {
  readonly base: number;
  readonly found: readonly Missing[];
  readonly keySets: readonly NewKeySet[];
  readonly epoch: number;
}

async function write(
  { recovery, tenantDomain }: RecoverPorts,
  fence: number,
  { base, found, keySets, epoch }: Writing,
): Promise<Pick<Recovery, 'rewritten' | 'dropped' | 'nameless'>> {
  let outcome = { rewritten: 0, dropped: [] as readonly Fact[] };
  const nameless = new Set<string>();
  const valid = Map.groupBy(
    found.filter(({ isVoid }) => !isVoid),
    ({ tenant }) => tenant,
  );
  await recovery.recover(fence, {
    ...{ base, facts: found, keySets, epoch },
    rewrite: (waiting, heads) => {
      const { kept, dropped } = rewriteOutbox(waiting, found, heads, epoch);
      const before = new Map(waiting.map(({ id, leafHash }) => [id, leafHash]));
      const isOther = ({ id, leafHash }: (typeof kept)[number]) =>
        !equalBytes(leafHash, before.get(id) ?? leafHash);
      outcome = { dropped, rewritten: kept.filter(isOther).length };
      return kept;
    },
    restore: (id, tenant) => {
      const facts = (valid.get(id) ?? []).map(({ fact }) => fact);
      const changes = restoredChanges(facts, tenant, tenantDomain);
      if (tenant === undefined && changes[0]?.type === 'tenant') nameless.add(id);
      return changes;
    },
  });
  return { ...outcome, nameless: [...nameless] };
}
