import { sequence } from '../../adapters/postgres/sequencing.ts';
import type { CheckpointStore } from '../../ports/checkpoint-store.ts';
import { LostLeadershipError } from '../../ports/fact-log.ts';
import type { FactReading, FactSequencing, SignedFact } from '../../ports/fact-log.ts';
import type { LogKeeping } from '../../ports/log-store.ts';
import type { Host } from './host.ts';
import type { Mutation } from './mutations.ts';
import type { VirtualPostgres } from './virtual-postgres.ts';

const TILE_WIDTH = 256;

/** The sequencer's view of Postgres. `beforeCommit`: told what was signed and is not committed. */
export const factLogOf = (
  host: Host,
  postgres: VirtualPostgres,
  beforeCommit: (signed: readonly SignedFact[]) => void = () => undefined,
): FactSequencing & FactReading => ({
  sequence: (fence, limit, sign) =>
    sequence(postgres.poolOf(host), fence, limit, async (facts, place) => {
      const signed = await sign(facts, place);
      beforeCommit(signed);
      return signed;
    }),
  readShard: (shard, from, limit) =>
    host.call(() => postgres.ofShard(shard).slice(from - 1, from - 1 + limit)),
  shardPositions: () => host.call(() => postgres.rows.shards.map(({ count }) => count)),
  leafOf: (tenant, seq) =>
    host.call(() => {
      const isAsked = (one: SignedFact): boolean => one.tenant === tenant && one.seq === seq;
      return postgres.rows.facts.find(isAsked)?.leafHash;
    }),
  indexesOf: (ids) =>
    host.call(() => {
      const known = postgres.rows.facts.filter(({ id }) => ids.includes(id));
      return new Map(known.map(({ id, index }) => [id, index]));
    }),
});

export const logStoreOf = (
  host: Host,
  postgres: VirtualPostgres,
  mutation: Mutation | undefined,
): LogKeeping => ({
  heads: () =>
    host.call(() => ({
      nextIndex: postgres.rows.facts.length,
      keySet: postgres.rows.keySets.length,
      shards: mutation === 'hash-envelope' ? postgres.envelopeHeads() : [...postgres.rows.shards],
    })),
  incarnation: () =>
    host.call(() => {
      const { incarnation, rows } = postgres;
      return { name: String(incarnation), isApproved: rows.approved === String(incarnation) };
    }),
  approve: (fence, name) =>
    host.call(() => {
      if (!postgres.isLedBy(fence)) throw new LostLeadershipError(`fence ${fence} is over`);
      postgres.rows.approved = name;
    }),
  // The first never changes, so that asking for it is no event of the world.
  findKeySet: (version) =>
    version === 1
      ? Promise.resolve(postgres.rows.keySets[0])
      : host.call(() => postgres.rows.keySets[version - 1]),
  findNewestKeySet: () => Promise.resolve(postgres.rows.keySets.at(-1)),
  findNote: (kind) => host.call(() => postgres.rows.notes.get(kind)),
  readTile: ({ level, index, width }) =>
    host.call(() => {
      const { facts, nodes } = postgres.rows;
      const hashes =
        level === 0
          ? facts.map(({ leafHash }) => leafHash)
          : nodes
              .filter((node) => node.level === level)
              .toSorted((a, b) => a.index - b.index)
              .map(({ hash }) => hash);
      return hashes.slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
    }),
  readPayloads: (index, width) =>
    host.call(() => {
      const facts = postgres.rows.facts.slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
      return facts.map(({ payload }) => payload);
    }),
  addNodes: (nodes) =>
    host.call(() => {
      const held = postgres.rows.nodes;
      const isNew = (node: (typeof nodes)[number]) =>
        !held.some(({ level, index }) => level === node.level && index === node.index);
      held.push(...nodes.filter(isNew));
    }),
  saveNote: (fence, kind, note) =>
    host.call(() => {
      if (!postgres.isLedBy(fence)) throw new LostLeadershipError(`fence ${fence} is over`);
      postgres.rows.notes.set(kind, note);
    }),
});

/** The file beside the database: it survives everything, and remembers all it ever kept. */
export class VirtualCheckpoints {
  readonly kept: string[] = [];

  storeOf(host: Host): CheckpointStore {
    return {
      newest: () => host.call(() => ({ version: this.kept.length, note: this.kept.at(-1) })),
      keep: (version, note) =>
        host.call(() => {
          if (version !== this.kept.length) return false;
          this.kept.push(note);
          return true;
        }),
    };
  }
}
