import type pg from 'pg';
import { EMPTY_HASH, runningHash, sha256 } from '../../facts/crypto/hash.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import { utf8 } from '../../facts/core/bytes.ts';
import { emptyHeads } from '../../facts/log/heads.ts';
import type { Head } from '../../facts/log/heads.ts';
import { FIRST_EPOCH } from '../../facts/core/types.ts';
import type { SignedFact } from '../../ports/fact-log.ts';
import type { LogNoteKind, TreeNode } from '../../ports/log-store.ts';
import type { Recovered } from '../../ports/recovery.ts';
import type { UnsignedFact } from '../../ports/registry-store.ts';
import { lineOf } from '../../registry/fact-lines.ts';
import type { Host } from './host.ts';
import { KEY_SET_NOTE } from './tags.ts';

type TenantHead = { readonly seq: number; readonly hash: Uint8Array };

/** The committed rows: a backup is a copy. */
export class Rows {
  outbox: (UnsignedFact & { readonly order: number })[] = [];
  /** In the order of the log. */
  facts: SignedFact[] = [];
  shards = emptyHeads();
  /** Of committed facts, signed or not. */
  tenantHeads = new Map<string, TenantHead>();
  notes = new Map<LogNoteKind, string>();
  nodes: TreeNode[] = [];
  /** Notes of the key sets, from version 1 on. */
  keySets = [KEY_SET_NOTE];
  epoch = FIRST_EPOCH;
  fence = 0;
  /** Incarnation that a leader has compared with the stream. */
  approved = '';
  outboxOrder = 0;

  copy(): Rows {
    return Object.assign(new Rows(), this, {
      outbox: [...this.outbox],
      facts: [...this.facts],
      shards: [...this.shards],
      tenantHeads: new Map(this.tenantHeads),
      notes: new Map(this.notes),
      nodes: [...this.nodes],
      keySets: [...this.keySets],
    });
  }
}

const lines = new WeakMap<SignedFact, string>();

/** A fact's line, which is asked for again and again. */
export const knownLineOf = (fact: SignedFact): string => {
  const line = lines.get(fact) ?? lineOf(fact);
  lines.set(fact, line);
  return line;
};

/** Of the statement `move_to_log` of adapters/postgres/sequencing.ts, in their order. */
type MoveValues = [
  fence: number,
  nextIndex: number,
  keySet: number,
  shards: number[],
  positions: number[],
  hashes: Uint8Array[],
  ids: string[],
  indexes: number[],
  factShards: number[],
  factPositions: number[],
  tenants: string[],
  seqs: number[],
  payloads: Uint8Array[],
  leafHashes: Uint8Array[],
  keyIds: string[],
  signatures: Uint8Array[],
];

/** Of one database; no world has so many. */
const MAX_LEADERS = 1_000_000;

/** What is durable, as transactions leave it: each of these methods is one, whole or not at all. */
export class VirtualPostgres {
  rows = new Rows();
  /** Grows when another database takes its place: open transactions and sessions are gone. */
  incarnation = 0;
  /** An older one answers just now. */
  isBackup = false;
  /** Facts as they were ever committed, by index: what a reader may apply. */
  readonly #everInLog = new Map<number, Set<string>>();
  /** A commit that met one starts anew: its head was locked. */
  recoveries = 0;
  readonly #onReplaced: (() => void)[] = [];

  onReplaced(tell: () => void): void {
    this.#onReplaced.push(tell);
  }

  /** As Postgres dates its start: later than every fence that was drawn before. */
  get startedMs(): number {
    return this.incarnation * MAX_LEADERS;
  }

  isLedBy(fence: number): boolean {
    return fence === this.rows.fence && fence >= this.startedMs;
  }

  /** Another database answers from now on. */
  replace(rows: Rows): void {
    this.rows = rows;
    this.incarnation += 1;
    for (const tell of this.#onReplaced) tell();
  }

  appendToOutbox(tenant: string, facts: readonly UnsignedFact[]): void {
    const { rows } = this;
    for (const fact of facts) {
      rows.outboxOrder += 1;
      rows.outbox.push({ ...fact, order: rows.outboxOrder });
      rows.tenantHeads.set(tenant, { seq: fact.seq, hash: fact.leafHash });
    }
  }

  /** Facts that came back, and what that makes of the facts that wait; one transaction. */
  recover({ facts, keySets, epoch, rewrite }: Recovered): void {
    const { rows } = this;
    for (const fact of facts) {
      const { count, hash } = rows.shards[fact.shard] as Head;
      rows.shards[fact.shard] = { count: count + 1, hash: runningHash(hash, fact.leafHash) };
      rows.facts.push(fact);
    }
    rows.keySets.push(...keySets.map(({ note }) => note));
    rows.epoch = epoch;
    const kept = rewrite(rows.outbox, this.signedHeads());
    rows.outbox = kept.map((fact, order) => ({ ...fact, order }));
    rows.tenantHeads = new Map(this.signedHeads());
    for (const { tenant, seq, leafHash } of kept)
      rows.tenantHeads.set(tenant, { seq, hash: leafHash });
    this.recoveries += 1;
    this.isBackup = false;
  }

  signedHeads(): Map<string, TenantHead> {
    return new Map(
      this.rows.facts.map(({ tenant, seq, leafHash }) => [tenant, { seq, hash: leafHash }]),
    );
  }

  /** The two statements of `sequence`, which itself runs as it is. */
  poolOf(host: Host): pg.Pool {
    const query = ({ name, values }: { name: string; values: unknown[] }) =>
      host.call(() => {
        if (name === 'read_oldest') return { rows: this.#readOldest(values[0] as number) };
        if (name === 'move_to_log') return { rowCount: this.#moveToLog(values as MoveValues) };
        throw new Error(`no statement ${name}`);
      });
    return { query } as unknown as pg.Pool;
  }

  ofShard(shard: number): SignedFact[] {
    return this.rows.facts.filter((fact) => fact.shard === shard);
  }

  /** Over envelopes: what a mutation states in heartbeats. */
  envelopeHeads(): Head[] {
    return this.rows.shards.map(({ count }, shard) => ({
      count,
      hash: this.ofShard(shard)
        .map((fact) => sha256(utf8(lineOf(fact))))
        .reduce(runningHash, EMPTY_HASH),
    }));
  }

  /** Facts that were given up were there too. */
  wasInLog(index: number, id: string): boolean {
    return this.#everInLog.get(index)?.has(id) === true;
  }

  #remember(index: number, id: string): void {
    const known = this.#everInLog.get(index) ?? new Set();
    this.#everInLog.set(index, known.add(id));
  }

  #readOldest(limit: number) {
    const { fence, facts, outbox, shards, keySets, epoch } = this.rows;
    const { startedMs } = this;
    const head = { fence, startedMs, nextIndex: facts.length, keySet: keySets.length, epoch };
    const oldest = outbox.toSorted((a, b) => a.order - b.order).slice(0, limit);
    if (oldest.length === 0) return [{ ...head, id: null }];
    return oldest
      .toSorted((a, b) => (a.tenant === b.tenant ? a.seq - b.seq : a.tenant < b.tenant ? -1 : 1))
      .map((fact) => {
        const shard = shards[shardOf(fact.tenant)] as Head;
        const last = facts.findLast(({ tenant }) => tenant === fact.tenant);
        return {
          ...head,
          ...fact,
          headSeq: last?.seq ?? null,
          headHash: last?.leafHash ?? null,
          shardPosition: shard.count,
          shardHash: shard.hash,
        };
      });
  }

  #moveToLog(values: MoveValues): number {
    const { rows } = this;
    const [fence, nextIndex, keySet, shards, positions, hashes, ids, indexes, ...columns] = values;
    const [ofShard, ofPosition, tenants, seqs, payloads, leafHashes, keyIds, signatures] = columns;
    if (!this.isLedBy(fence) || nextIndex !== rows.facts.length || keySet !== rows.keySets.length)
      return 0;
    rows.outbox = rows.outbox.filter(({ id }) => !ids.includes(id));
    for (const [at, shard] of shards.entries())
      rows.shards[shard] = { count: positions[at] as number, hash: hashes[at] as Uint8Array };
    for (const [at, id] of ids.entries()) {
      const index = indexes[at] as number;
      rows.facts.push({
        id,
        index,
        shard: ofShard[at] as number,
        position: ofPosition[at] as number,
        tenant: tenants[at] as string,
        seq: seqs[at] as number,
        payload: payloads[at] as Uint8Array,
        leafHash: leafHashes[at] as Uint8Array,
        keyId: keyIds[at] as string,
        signature: signatures[at] as Uint8Array,
      });
      this.#remember(index, id);
    }
    return ids.length;
  }
}
