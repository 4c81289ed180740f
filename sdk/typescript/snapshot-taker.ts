import { toHex } from '../../facts/core/bytes.ts';
import { FactError } from '../../facts/core/errors.ts';
import type { StateNote } from '../../facts/log/state/note.ts';
import { openStateNote } from '../../facts/log/state/open-note.ts';
import { shardScope } from '../../facts/log/state/walk.ts';
import type { HeartbeatGate } from './heartbeat-gate.ts';
import type { KeyChain } from './key-chain.ts';
import type { RegistrySource } from './registry-source.ts';
import { SavedSnapshot } from './saved-snapshot.ts';
import type { ShardSet } from './shard-set.ts';
import { snapshotOf, walkState } from './snapshot.ts';
import { SnapshotWriter } from './snapshot-file.ts';

/** Nodes on their way: a plane that starts must not be a flood. */
const MAX_REQUESTS = 8;
/** A server that has none, or lies, is asked again this much later; lines do without. */
const MIN_GAP_MS = 60_000;
/** What a newer key set may heal. */
const KEY_CODES = new Set(['note-key-unknown', 'state-keyset']);

export type SnapshotTakerParts = {
  keys: KeyChain;
  gate: HeartbeatGate;
  shards: ShardSet;
  /** Where it is kept; undefined: none is taken. */
  directory: string | undefined;
  source: Pick<RegistrySource, 'stateNote' | 'stateNode'>;
  monotonicMs(): number;
  learnKeys(): Promise<void>;
  refused(error: FactError): void;
  /** The disk refused. */
  failed(error: unknown): void;
};

/** Fetches the newest snapshot, and puts it in place of the shards that want it. */
export class SnapshotTaker {
  readonly #parts: SnapshotTakerParts;
  #askedMs = Number.NEGATIVE_INFINITY;
  #taking: Promise<void> | undefined;

  constructor(parts: SnapshotTakerParts) {
    this.#parts = parts;
  }

  /** An attempt is under way. */
  get isTaking(): boolean {
    return this.#taking !== undefined;
  }

  /** False for a while after each attempt. */
  get mayTake(): boolean {
    const { directory, shards } = this.#parts;
    if (directory === undefined || !shards.trustsSnapshots) return false;
    return this.#parts.monotonicMs() - this.#askedMs >= MIN_GAP_MS;
  }

  /** One attempt, for all who ask meanwhile. Never rejects: without a snapshot lines are read. */
  take(signal: AbortSignal): Promise<void> {
    if (this.#taking === undefined && this.mayTake) {
      this.#askedMs = this.#parts.monotonicMs();
      this.#taking = this.#takeOnce(signal)
        .catch((error: unknown) => {
          // Otherwise the registry is down, or has not all of it.
          if (error instanceof FactError) this.#parts.refused(error);
        })
        .finally(() => {
          this.#taking = undefined;
        });
    }
    return this.#taking ?? Promise.resolve();
  }

  async #takeOnce(signal: AbortSignal): Promise<void> {
    const note = await this.#parts.source.stateNote(signal);
    if (note === undefined) return;
    const stated = await this.#openWithKeys(note);
    if (!this.#parts.shards.wants(stated.heads)) return;
    const writer = this.#openWriter(note);
    if (writer === undefined) return;
    try {
      await this.#fetch(note, stated, writer, signal);
    } catch (error) {
      writer.abandon();
      throw error;
    }
  }

  #openWriter(note: Uint8Array): SnapshotWriter | undefined {
    const { directory, failed } = this.#parts;
    if (directory === undefined) return undefined;
    try {
      return new SnapshotWriter(directory, note);
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  async #fetch(
    note: Uint8Array,
    stated: StateNote,
    writer: SnapshotWriter,
    signal: AbortSignal,
  ): Promise<void> {
    const { shards, gate, source } = this.#parts;
    const tenants = await walkState(
      stated,
      shardScope((shard) => shards.readers.has(shard)),
      async ({ hash }) => {
        const node = await source.stateNode(toHex(hash), signal);
        if (node === undefined) throw new Error('the registry lacks a node of its state');
        return node;
      },
      { atOnce: MAX_REQUESTS, take: (node, hash) => writer.add(node, hash) },
    );
    signal.throwIfAborted();
    // Key sets may have come meanwhile, or are on their way: what they make void must not be taken.
    this.#open(note);
    if (gate.holdsLines) throw new Error('newer keys are named than are here');
    // The one before it was denied meanwhile: so may this one be, by the same key.
    if (!shards.trustsSnapshots) throw new Error('what the log key signs is not believed');
    const snapshot = snapshotOf(stated, shards.readers.keys(), tenants);
    shards.rest(snapshot, new SavedSnapshot(stated, writer.finish()));
  }

  async #openWithKeys(note: Uint8Array): Promise<StateNote> {
    try {
      return this.#open(note);
    } catch (error) {
      if (!(error instanceof FactError) || !KEY_CODES.has(error.code)) throw error;
      await this.#parts.learnKeys();
      return this.#open(note);
    }
  }

  #open(note: Uint8Array): StateNote {
    const { keys, shards } = this.#parts;
    return openStateNote(note, keys.sets, shards.saved?.note);
  }
}
