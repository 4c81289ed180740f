import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import type { Head } from '../../facts/log/heads.ts';
import type { Index } from './decision-index.ts';
import type { Events } from './events.ts';
import type { LineJournal } from './journal.ts';
import type { KeyChange } from './key-chain.ts';
import { PackedTenants } from './packed-tenants.ts';
import { ShardReader } from './reader.ts';
import type { Accepted, ReaderTrust, Step } from './reader.ts';
import type { LineSource } from './registry-source.ts';
import { rereadShard } from './reread.ts';
import type { Reread } from './reread.ts';
import type { SavedSnapshot } from './saved-snapshot.ts';
import { baseOf } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import type { PlaneStats, Refusal } from './types.ts';

/** Signatures of the journal between two turns of the event loop. */
const LINES_PER_TURN = 64;

/** Told of every accepted fact, void ones too, in order of position, those from disk first. */
export type FactLedger = {
  append(accepted: readonly Accepted[]): void;
  /** All facts of the shard follow anew, in the same turn. */
  forget(shard: number): void;
};

export type ShardSetParts = {
  trust: ReaderTrust;
  index: Pick<Index, 'apply' | 'forget'>;
  journal: LineJournal;
  events: Events;
  ledger?: FactLedger | undefined;
};

/** What a step means to the plane: freshness, and what is to be fetched. */
export type OnStep = (reader: ShardReader, step: Step) => void;

/** All followed shards: their readers, and what an accepted fact does: index, disk, event. */
export class ShardSet {
  readonly readers: ReadonlyMap<number, ShardReader>;
  /** Of a snapshot, and not in the index yet. */
  readonly packed: PackedTenants;
  readonly #parts: ShardSetParts;
  readonly #refused: Partial<Record<FactErrorCode, number>> = {};
  /** What is accepted in a shard while it is read anew. */
  readonly #meanwhile = new Set<{ shard: number; lines: string[] }>();
  #onStep: OnStep = () => undefined;
  /** The snapshot on disk, which lines there follow; undefined: they begin with line 1. */
  #saved: SavedSnapshot | undefined;
  /** The log key signed a snapshot of what never was: until there are newer keys none is taken. */
  #wasLiedTo = false;
  /** Grows when a newer key set voids more: what was read under the one before is not folded. */
  #voidings = 0;
  #applied = 0;
  #duplicates = 0;

  constructor(shards: readonly number[], parts: ShardSetParts) {
    this.#parts = parts;
    this.packed = new PackedTenants(parts.index, (refusal) => this.refuse([refusal]));
    this.readers = new Map(shards.map((shard) => [shard, new ShardReader(shard, parts.trust)]));
  }

  /** Told behind each step from now on. */
  listen(onStep: OnStep): void {
    this.#onStep = onStep;
  }

  /** Verifies what the disk holds; what follows a line that is refused is fetched again. */
  async load(): Promise<void> {
    for (const { shard, lines } of this.#parts.journal.load()) {
      const reader = this.readers.get(shard);
      if (reader === undefined) continue;
      for (let at = 0; at < lines.length; at += LINES_PER_TURN) {
        const batch = lines.slice(at, at + LINES_PER_TURN);
        const step = reader.fetched(batch, 'disk');
        this.#fold(step.accepted);
        this.#applied += step.accepted.length;
        this.refuse(step.refused);
        const taken = step.accepted.length + step.duplicates;
        if (taken < batch.length) {
          this.#parts.journal.replace(shard, lines.slice(0, at + taken));
          break;
        }
        await nextTurn();
      }
    }
  }

  apply(reader: ShardReader, step: Step): void {
    const { accepted } = step;
    const lines = accepted.map(({ line }) => line);
    this.#fold(accepted);
    this.#duplicates += step.duplicates;
    for (const one of this.#meanwhile) if (one.shard === reader.shard) one.lines.push(...lines);
    this.#persist(() => this.#parts.journal.append(reader.shard, lines));
    this.#tell(accepted);
    this.refuse(step.refused);
    this.#onStep(reader, step);
  }

  /** The heads of a heartbeat, 256 of them. */
  heartbeat(heads: readonly Head[]): void {
    for (const reader of this.readers.values()) {
      const head = heads[reader.shard];
      if (head !== undefined) this.apply(reader, reader.heartbeat(head));
    }
  }

  /** Nothing of any shard is here. */
  get isEmpty(): boolean {
    return [...this.readers.values()].every((reader) => reader.head().position === 0);
  }

  /** Lines that the newest heartbeat counts and that are not here. */
  get missing(): number {
    return [...this.readers.values()].reduce((sum, reader) => sum + reader.missing, 0);
  }

  get saved(): SavedSnapshot | undefined {
    return this.#saved;
  }

  /** Snapshots may be taken. */
  get trustsSnapshots(): boolean {
    return !this.#wasLiedTo;
  }

  /**
   * Newer keys are here. Doubts the shards that rest on snapshots by a log key that is void at
   * their size: who stole it could state what he liked. Those that may have void facts wait for
   * {@link foldAnew}.
   */
  rekey({ voidFrom, voidSizes }: KeyChange): void {
    this.#wasLiedTo = false;
    if (voidFrom !== undefined) this.#voidings += 1;
    const isVoid = (size: number): boolean =>
      voidSizes.some(({ from, to }) => size >= from && size <= to);
    if (isVoid(this.#saved?.note.size ?? -1)) this.#forgetSaved();
    for (const reader of this.readers.values()) {
      if (reader.baseSize > 0 && isVoid(reader.baseSize)) reader.misfold();
      if (voidFrom !== undefined && reader.head().index >= voidFrom) reader.awaitFold();
    }
  }

  /** Some shard would go on from a snapshot with these heads. */
  wants(heads: readonly Head[]): boolean {
    return [...this.readers.values()].some((reader) => {
      const head = heads[reader.shard];
      return head !== undefined && reader.wants(head);
    });
  }

  /** What a former process left; nothing was told of it yet. */
  restOnSaved(snapshot: Snapshot, saved: SavedSnapshot): void {
    this.#saved = saved;
    for (const reader of this.readers.values()) this.#rest(reader, snapshot, 'disk');
  }

  /** Puts a snapshot, which is on disk already, in place of the shards that want it. */
  rest(snapshot: Snapshot, saved: SavedSnapshot): void {
    this.#saved?.close();
    this.#saved = saved;
    const shards: number[] = [];
    for (const reader of this.readers.values()) {
      const step = this.#rest(reader, snapshot, 'http');
      if (step === undefined) continue;
      shards.push(reader.shard);
      this.#persist(() => this.#parts.journal.replace(reader.shard, []));
      this.apply(reader, step);
    }
    this.packed.openInBackground();
    this.#parts.events.emit('snapshot', { size: snapshot.note.size, shards });
  }

  /** Doubts every shard with facts at or above the index from which the log was written anew. */
  beginEpoch(first: number): void {
    for (const reader of this.readers.values()) reader.beginEpoch(first);
  }

  /** Folds the shards anew that may hold facts at or above an index from which some are void. */
  async foldAnew(voidFrom: number, signal: AbortSignal): Promise<void> {
    for (const reader of this.readers.values()) {
      if (reader.head().index < voidFrom) continue;
      // Of what a snapshot folded nothing can be taken back; and a disk may fail. HTTP has it all.
      const isOnDisk = voidFrom >= (this.#saved?.note.size ?? 0);
      const reread = isOnDisk && this.reread(reader, 'disk', this.#parts.journal, signal);
      if (!(await Promise.resolve(reread).catch(() => false))) reader.misfold();
    }
  }

  /** Judges the lines that were held for keys. */
  releaseHeld(): void {
    for (const reader of this.readers.values()) this.apply(reader, reader.live([]));
  }

  /** Puts what the source has in place of the shard; false when the shard stays as it is. */
  async reread(
    reader: ShardReader,
    origin: 'http' | 'disk',
    source: LineSource,
    signal: AbortSignal,
  ): Promise<boolean> {
    const least = origin === 'disk' ? reader.head().position : 0;
    const meanwhile = { shard: reader.shard, lines: [] };
    const [voidings, file] = [this.#voidings, this.#saved];
    this.#meanwhile.add(meanwhile);
    try {
      const saved = origin === 'disk' ? await file?.shard(reader.shard) : undefined;
      const base = saved && baseOf(saved, reader.shard);
      const reread = await rereadShard(reader, source, origin, signal, base);
      this.refuse(reread.refused);
      if (!reread.holdsCovered || reread.fresh.head().position < least) return false;
      if (voidings !== this.#voidings) return false;
      // What was no longer believed meanwhile is no base.
      if (origin === 'disk' && file !== this.#saved) return false;
      this.#replace(reader, reread, saved);
      if (reread.deniesBase) this.#deny();
      this.apply(reader, reader.live([...meanwhile.lines]));
      return true;
    } finally {
      this.#meanwhile.delete(meanwhile);
    }
  }

  /** Counts and tells what was refused, of lines or of notes. */
  refuse(refused: readonly Refusal[]): void {
    for (const refusal of refused) {
      this.#refused[refusal.code] = (this.#refused[refusal.code] ?? 0) + 1;
      this.#parts.events.emit('refused', refusal);
    }
  }

  /** Gives free what it has open. */
  close(): void {
    this.packed.stop();
    this.#saved?.close();
  }

  stats(): Omit<PlaneStats, 'keySet'> {
    const heads: PlaneStats['heads'] = {};
    for (const [shard, reader] of this.readers) {
      const head = reader.head();
      if (head.position > 0) heads[shardName(shard)] = head;
    }
    const { ...refused } = this.#refused;
    return {
      applied: this.#applied,
      snapshot: this.#saved?.note.size ?? 0,
      duplicates: this.#duplicates,
      refused,
      heads,
    };
  }

  /** In one turn: no decision sees the shard half there. */
  #replace(reader: ShardReader, { fresh, accepted }: Reread, saved: Snapshot | undefined): void {
    const { journal } = this.#parts;
    const before = new Map(reader.tenants());
    this.#forget(reader);
    if (saved !== undefined) {
      this.packed.add(saved.tenants.get(reader.shard) ?? [], saved.note, 'disk');
      this.packed.openInBackground();
    }
    this.#fold(accepted);
    const step = reader.adopt(fresh);
    this.#persist(() => {
      journal.replace(
        reader.shard,
        accepted.map(({ line }) => line),
      );
    });
    const isNew = ({ fact, leaf }: Accepted): boolean => {
      const head = before.get(fact.tenant) ?? { seq: 0, hash: '' };
      return fact.seq > head.seq || (fact.seq === head.seq && leaf !== head.hash);
    };
    this.#tell(accepted.filter(isNew));
    this.apply(reader, step);
  }

  /** In one turn, as {@link #replace}; undefined when the shard does not want it. */
  #rest(reader: ShardReader, snapshot: Snapshot, origin: 'http' | 'disk'): Step | undefined {
    const base = baseOf(snapshot, reader.shard);
    if (base === undefined || !reader.wants(base.head)) return undefined;
    this.#forget(reader);
    this.packed.add(snapshot.tenants.get(reader.shard) ?? [], snapshot.note, origin);
    return reader.rest(base);
  }

  /** What is false of one shard is not believed of the others. */
  #deny(): void {
    this.#wasLiedTo = true;
    for (const reader of this.readers.values()) if (reader.baseSize > 0) reader.misfold();
    this.#forgetSaved();
  }

  #forgetSaved(): void {
    const saved = this.#saved;
    this.#saved = undefined;
    this.#persist(() => saved?.remove());
  }

  #forget(reader: ShardReader): void {
    for (const tenant of reader.tenants().keys()) {
      this.#parts.index.forget(tenant);
      this.packed.forget(tenant);
    }
    this.#parts.ledger?.forget(reader.shard);
  }

  #fold(accepted: readonly Accepted[]): void {
    for (const { fact, isVoid } of accepted) {
      this.packed.open(fact.tenant);
      const isFolded = !isVoid && !this.packed.isBroken(fact.tenant);
      if (isFolded) this.#parts.index.apply(fact);
    }
    this.#parts.ledger?.append(accepted);
  }

  #tell(accepted: readonly Accepted[]): void {
    this.#applied += accepted.length;
    for (const { shard, position, index, fact, isVoid } of accepted) {
      if (!isVoid) this.#parts.events.emit('applied', { shard, position, index, fact });
    }
  }

  #persist(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#parts.events.emit('journal', error);
    }
  }
}
