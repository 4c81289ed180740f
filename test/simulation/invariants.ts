import { equalBytes, toBase64Url, toHex } from '../../facts/core/bytes.ts';
import { checkNext, EMPTY_HEAD } from '../../facts/core/chain.ts';
import type { ChainHead } from '../../facts/core/chain.ts';
import { parsePayload } from '../../facts/core/payload.ts';
import type { Fact } from '../../facts/core/types.ts';
import { EMPTY_HASH, keyIdOf, leafHash, runningHash } from '../../facts/crypto/hash.ts';
import type { KeySet } from '../../facts/log/key-set.ts';
import { TreeBuilder } from '../../facts/log/tree.ts';
import type { SignedFact } from '../../ports/fact-log.ts';
import { Index } from '../../sdk/typescript/decision-index.ts';
import { stated } from '../../registry/kept-checkpoint.ts';
import { ISSUER, LOG } from '../sdk/support/fact-writer.ts';
import { PERMISSIONS, PRODUCTS, SHARDS, SUBS, TENANTS } from './tenants.ts';
import { keySetIn } from './virtual-keys.ts';
import type { ReaderProcess } from './reader-process.ts';
import type { Rows } from './virtual-postgres.ts';
import type { World } from './world.ts';

/** A payload is looked at in each replay, and parsed once. */
const known = new WeakMap<Uint8Array, { fact: Fact; leaf: Uint8Array }>();

function read(payload: Uint8Array): { fact: Fact; leaf: Uint8Array } {
  const before = known.get(payload);
  if (before !== undefined) return before;
  const opened = { fact: parsePayload(payload), leaf: leafHash(payload) };
  known.set(payload, opened);
  return opened;
}

/**
 * What the whole log says, by a replay from its first fact: the truth to compare with. It reads on
 * where it was, as long as it is the same log, by the same keys.
 */
export class Replay {
  readonly index = new Index();
  /** Running hash by shard. */
  readonly hashes = new Map<number, Uint8Array>();
  readonly counts = new Map<number, number>();
  readonly heads = new Map<string, ChainHead>();
  readonly rows: Rows;
  readonly keySets: number;
  readonly #isVoid: (keyId: string, index: number) => boolean;
  readonly #ids = new Set<string>();
  readonly #leaves: Uint8Array[] = [];
  /** Of as many leaves as the newest checkpoint that was found to be of this log. */
  readonly #tree = new TreeBuilder();
  #ownCheckpoints = 0;
  /** Of positions, indexes, `seq`, `prev` or leaf hashes; undefined: the log is sound. */
  flaw: string | undefined;

  constructor({ postgres: { rows } }: World) {
    this.rows = rows;
    this.keySets = rows.keySets.length;
    this.#isVoid = voidsOf(rows);
  }

  readOn(): void {
    const { facts } = this.rows;
    for (let at = this.#leaves.length; at < facts.length; at += 1) {
      const row = facts[at] as SignedFact;
      const { fact, leaf } = read(row.payload);
      const position = (this.counts.get(row.shard) ?? 0) + 1;
      if (row.index !== at) this.flaw ??= `index ${row.index} at ${at}`;
      if (row.position !== position) this.flaw ??= `position ${row.position}, not ${position}`;
      if (this.#ids.has(fact.id)) this.flaw ??= `${fact.id} twice`;
      if (!equalBytes(leaf, row.leafHash)) this.flaw ??= `another leaf hash at ${at}`;
      this.flaw ??= flawOf(() => checkNext(fact, this.heads.get(fact.tenant) ?? EMPTY_HEAD));
      this.#ids.add(fact.id);
      this.#leaves.push(leaf);
      this.counts.set(row.shard, position);
      this.hashes.set(row.shard, runningHash(this.hashes.get(row.shard) ?? EMPTY_HASH, leaf));
      this.heads.set(fact.tenant, { seq: fact.seq, hash: toBase64Url(leaf) });
      if (!this.#isVoid(row.keyId, at)) this.index.apply(fact);
    }
  }

  /** A checkpoint that was ever signed and is none of this log; undefined: all are. */
  foreignCheckpoint(notes: readonly string[], { epochs }: KeySet): string | undefined {
    // In the order in which they were signed: of a sound log, also that of their sizes.
    const at = notes.findIndex(
      (note, index) => index >= this.#ownCheckpoints && this.#isForeign(note, epochs),
    );
    this.#ownCheckpoints = at === -1 ? notes.length : at;
    return notes[at];
  }

  #isForeign(note: string, epochs: KeySet['epochs']): boolean {
    const { epoch, size, root } = stated(note, LOG);
    const tree = this.#tree;
    if (epochs.some(({ epoch: later, first }) => later > epoch && size > first)) return false;
    if (size < tree.size || size > this.#leaves.length) return true;
    for (const leaf of this.#leaves.slice(tree.size, size)) tree.append(leaf);
    return !equalBytes(tree.root(), root);
  }
}

/** By the newest key set: whether a key's fact at an index is in the log and counts for nothing. */
function voidsOf({ keySets }: Rows): (keyId: string, index: number) => boolean {
  const { fact } = keySetIn(keySets.at(-1) ?? '');
  const starts = new Map(fact.map((range) => [keyIdOf(range.key), range.void ?? Infinity]));
  return (keyId, index) => index >= (starts.get(keyId) ?? Infinity);
}

function flawOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** How a reader differs from the log; undefined: in nothing. */
function differenceOf(reader: ReaderProcess, replay: Replay, nowMs: number) {
  for (const shard of SHARDS) {
    const head = reader.shards.readers.get(shard)?.head();
    const [count, hash] = [replay.counts.get(shard) ?? 0, replay.hashes.get(shard) ?? EMPTY_HASH];
    if (head?.position !== count || head.hash !== toHex(hash))
      return `shard ${shard} is at ${head?.position}, the log at ${count}`;
    for (const [tenant, { seq }] of reader.shards.readers.get(shard)?.tenants() ?? [])
      if (replay.heads.get(tenant)?.seq !== seq) return `${tenant} is at ${seq}`;
  }
  return decisionDifference(reader.index, replay.index, nowMs);
}

function decisionDifference(one: Index, other: Index, nowMs: number): string | undefined {
  for (const tenant of TENANTS) {
    for (const product of PRODUCTS) {
      const [is, should] = [one, other].map((index) => index.entitlement(tenant, product, nowMs));
      const same = is?.reason === should?.reason && is?.body?.limits === should?.body?.limits;
      if (!same && JSON.stringify(is) !== JSON.stringify(should))
        return `${product} of ${tenant}: ${JSON.stringify(is)}, not ${JSON.stringify(should)}`;
    }
    for (const sub of SUBS) {
      for (const permission of PERMISSIONS) {
        const is = one.decide(ISSUER, sub, permission, tenant, undefined);
        const should = other.decide(ISSUER, sub, permission, tenant, undefined);
        if (is !== should) return `${sub} of ${tenant}: ${is}, not ${should}`;
      }
    }
  }
  return undefined;
}

const replays = new WeakMap<World, Replay>();

/** Another database, or another key set, is another log to replay. */
function replayOf(world: World): Replay {
  const { rows } = world.postgres;
  const last = replays.get(world);
  const isSame = last?.rows === rows && last.keySets === rows.keySets.length;
  const replay = isSame ? last : new Replay(world);
  replays.set(world, replay);
  replay.readOn();
  return replay;
}

/** What is wrong with a world whose faults are over; undefined: nothing (any more). */
export function findTrouble(world: World): string | undefined {
  const { rows } = world.postgres;
  if (rows.outbox.length > 0) return `${rows.outbox.length} committed facts are not in the log`;
  const replay = replayOf(world);
  if (replay.flaw !== undefined) return `the log: ${replay.flaw}`;
  const foreign = replay.foreignCheckpoint(
    world.checkpoints.kept,
    keySetIn(rows.keySets.at(-1) ?? ''),
  );
  if (foreign !== undefined) return `a signed checkpoint is none of this log: ${foreign}`;
  for (const reader of world.readers) {
    if (reader.keySetVersion !== rows.keySets.length)
      return `${reader.host.name} has key set ${reader.keySetVersion}, the log ${rows.keySets.length}`;
    const difference = differenceOf(reader, replay, world.wallMs());
    if (difference !== undefined) return `${reader.host.name}: ${difference}`;
  }
  return undefined;
}

/** A reader that no heartbeat has told that it knows everything; undefined: all have been. */
export function findUncovered(world: World): string | undefined {
  for (const { host, shards } of world.readers) {
    for (const shard of SHARDS) {
      const reader = shards.readers.get(shard);
      const head = reader?.head();
      if (reader?.inDoubt !== false || head?.covered !== head?.position)
        return `${host.name}: shard ${shard} is covered to ${head?.covered} of ${head?.position}`;
    }
  }
  return undefined;
}
