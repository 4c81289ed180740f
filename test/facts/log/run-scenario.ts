import { fromBase64 } from '../../../facts/core/bytes.ts';
import { FactError } from '../../../facts/core/errors.ts';
import type { Heartbeat } from '../../../facts/log/heartbeat.ts';
import { HeartbeatGate } from '../../../sdk/typescript/heartbeat-gate.ts';
import { KeyChain } from '../../../sdk/typescript/key-chain.ts';
import { ShardReader } from '../../../sdk/typescript/reader.ts';
import type { Accepted, Step } from '../../../sdk/typescript/reader.ts';
import { rereadShard } from '../../../sdk/typescript/reread.ts';
import type { LogChecks, ReaderState, ReaderStep } from '../../../tools/vectors/log-vector.ts';

const noteOf = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array();
const serve = (lines: readonly string[]) => ({
  fetch: (_: number, from: number) => Promise.resolve(lines.slice(from - 1)),
});

/** One shard's reader with the keys and the heartbeats around it, as a plane puts them together. */
class Scenario {
  readonly #keys: KeyChain;
  readonly #gate: HeartbeatGate;
  readonly #reader: ShardReader;
  #accepted: Accepted[] = [];
  #refused: string[] = [];
  #fetch = false;
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
    else await this.#reread(step.reread, 'http');
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
    if (change.forkFrom !== undefined && change.forkFrom <= index) this.#reader.uncover();
    if (change.voidFrom !== undefined && change.voidFrom <= index) {
      await this.#reread(
        this.#accepted.map(({ line }) => line),
        'disk',
      );
    }
    if (!this.#gate.holdsLines) this.#tell(this.#reader.live([]));
    if (this.#waiting !== undefined) this.#takeHeartbeat(this.#waiting);
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
    const reread = await rereadShard(this.#reader, serve(lines), origin, signal);
    this.#refused.push(...reread.refused.map(({ code }) => code));
    if (!reread.holdsCovered) return;
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
