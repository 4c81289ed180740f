import { fromBase64, toBase64Url } from '../../../facts/core/bytes.ts';
import { FactError } from '../../../facts/core/errors.ts';
import type { Heartbeat } from '../../../facts/log/heartbeat.ts';
import type { StateNote } from '../../../facts/log/state/note.ts';
import { openStateNote } from '../../../facts/log/state/open-note.ts';
import { shardScope, StateWalk } from '../../../facts/log/state/walk.ts';
import type { TenantState } from '../../../facts/log/state/walk.ts';
import { HeartbeatGate } from '../../../sdk/typescript/heartbeat-gate.ts';
import { KeyChain } from '../../../sdk/typescript/key-chain.ts';
import { ShardReader } from '../../../sdk/typescript/reader.ts';
import type { Accepted, ShardBase, Step } from '../../../sdk/typescript/reader.ts';
import { rereadShard } from '../../../sdk/typescript/reread.ts';
import type { LogChecks, NodeFiles, ReaderState } from '../../../tools/vectors/log-vector.ts';
import { nodeServed } from './run-state-vector.ts';
import type { ReaderStep } from '../../../tools/vectors/log-vector.ts';

const noteOf = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array();
/** `base`: the lines are those above it. */
const serve = (lines: readonly string[], base?: ShardBase) => ({
  fetch: (_: number, from: number) =>
    Promise.resolve(lines.slice(from - 1 - (base?.head.count ?? 0))),
});

/** One shard's reader with the keys and the heartbeats around it, as a plane puts them together. */
class Scenario {
  readonly #keys: KeyChain;
  readonly #gate: HeartbeatGate;
  readonly #reader: ShardReader;
  #accepted: Accepted[] = [];
  #refused: string[] = [];
  #fetch = false;
  /** The last state note that was taken. */
  #taken: StateNote | undefined;
  /** What the lines here follow; undefined: they begin with position 1. */
  #base: ShardBase | undefined;
  /** A heartbeat by newer keys than are here. */
  #waiting: Uint8Array | undefined;

  constructor({ log, root, shard }: LogChecks['reader']['input']) {
    this.#keys = new KeyChain(log, root);
    this.#gate = new HeartbeatGate(this.#keys);
    this.#reader = new ShardReader(shard, { log, findKey: (keyId) => this.#keys.find(keyId) });
  }

  async run(step: ReaderStep): Promise<ReaderState> {
    [this.#refused, this.#fetch] = [[], false];
    if ('keySet' in step) await this.#takeKeySet(noteOf(step.keySet));
    else if ('heartbeat' in step) this.#takeHeartbeat(noteOf(step.heartbeat));
    else if ('live' in step) {
      const holds = this.#gate.holdsLines;
      this.#tell(holds ? this.#reader.hold(step.live) : this.#reader.live(step.live));
    } else if ('fetched' in step) this.#tell(this.#reader.fetched(step.fetched, 'http'));
    else if ('reread' in step) await this.#reread(step.reread, 'http');
    else this.#takeSnapshot(noteOf(step.snapshot.note), step.snapshot.nodes);
    const { position, covered } = this.#reader.head();
    return {
      position,
      covered,
      refused: this.#refused,
      fetch: this.#fetch,
      doubt: this.#reader.inDoubt,
      void: this.#accepted.filter(({ isVoid }) => isVoid).map((fact) => fact.position),
    };
  }

  #tell({ accepted, refused, fetch }: Step): void {
    this.#accepted.push(...accepted);
    this.#refused.push(...refused.map(({ code }) => code));
    this.#fetch ||= fetch;
  }

  /** Undefined, and the code told, when it throws a FactError. */
  #try<T>(take: () => T): T | undefined {
    try {
      return take();
    } catch (error) {
      if (!(error instanceof FactError)) throw error;
      this.#refused.push(error.code);
      return undefined;
    }
  }

  async #takeKeySet(note: Uint8Array): Promise<void> {
    const change = this.#try(() => this.#keys.take(note));
    if (change === undefined) return;
    const { index } = this.#reader.head();
    if (change.forkFrom !== undefined) this.#reader.beginEpoch(change.forkFrom);
    const isVoid = (size: number): boolean =>
      change.voidSizes.some(({ from, to }) => size >= from && size <= to);
    if (isVoid(this.#taken?.size ?? -1)) this.#taken = undefined;
    if (isVoid(this.#base?.size ?? -1)) this.#reader.misfold();
    const { voidFrom } = change;
    if (voidFrom !== undefined && voidFrom < (this.#base?.size ?? 0)) this.#reader.misfold();
    else if (voidFrom !== undefined && voidFrom <= index) {
      await this.#reread(
        this.#accepted.map(({ line }) => line),
        'disk',
      );
    }
    if (!this.#gate.holdsLines) this.#tell(this.#reader.live([]));
    if (this.#waiting !== undefined) this.#takeHeartbeat(this.#waiting);
  }

  #takeSnapshot(note: Uint8Array, nodes: NodeFiles): void {
    const stated = this.#try(() => openStateNote(note, this.#keys.sets, this.#taken));
    const head = stated?.heads[this.#reader.shard];
    if (stated === undefined || head === undefined || !this.#reader.wants(head)) return;
    const tenants = this.#try(() => {
      const walk = new StateWalk(
        stated.root,
        shardScope((shard) => shard === this.#reader.shard),
      );
      const found: TenantState[] = [];
      for (let wanted = walk.next(); wanted !== undefined; wanted = walk.next()) {
        found.push(...walk.take(wanted, nodeServed(nodes, wanted.hash)));
      }
      return found;
    });
    if (tenants === undefined) return;
    const { size, epoch } = stated;
    const heads = tenants.map(({ tenant, seq, head: leaf }) => {
      return [tenant, { seq, hash: toBase64Url(leaf) }] as const;
    });
    this.#taken = stated;
    this.#base = { size, epoch, head, tenants: heads };
    this.#accepted = [];
    this.#tell(this.#reader.rest(this.#base));
  }

  #takeHeartbeat(note: Uint8Array): void {
    this.#waiting = undefined;
    const heartbeat = this.#try<Heartbeat | undefined>(() => {
      const taken = this.#gate.take(note);
      if (taken === undefined) this.#waiting = note;
      return taken;
    });
    const head = heartbeat?.heads[this.#reader.shard];
    if (head !== undefined) this.#tell(this.#reader.heartbeat(head));
  }

  async #reread(lines: readonly string[], origin: 'http' | 'disk'): Promise<void> {
    const { signal } = new AbortController();
    const base = origin === 'disk' ? this.#base : undefined;
    const reread = await rereadShard(this.#reader, serve(lines, base), origin, signal, base);
    this.#refused.push(...reread.refused.map(({ code }) => code));
    if (!reread.holdsCovered) return;
    if (reread.deniesBase) this.#taken = undefined;
    this.#base = base;
    this.#accepted = reread.accepted;
    this.#tell(this.#reader.adopt(reread.fresh));
  }
}

/** The state of the reader after each step. */
export const runScenario = async (input: LogChecks['reader']['input']): Promise<ReaderState[]> => {
  const scenario = new Scenario(input);
  const states: ReaderState[] = [];
  for (const step of input.steps) states.push(await scenario.run(step));
  return states;
};
