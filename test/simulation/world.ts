import { utf8 } from '../../facts/core/bytes.ts';
import type { AppliedFact } from '../../sdk/typescript/types.ts';
import { Committer } from './committer.ts';
import { Dice } from './dice.ts';
import { calmWeather, Host } from './host.ts';
import type { Mutation } from './mutations.ts';
import { ReaderProcess } from './reader-process.ts';
import { RegistryProcess } from './registry-process.ts';
import { Scheduler } from './scheduler.ts';
import { VirtualDisk } from './virtual-disk.ts';
import { VirtualCheckpoints } from './virtual-log.ts';
import { VirtualLock } from './virtual-lock.ts';
import { VirtualPostgres } from './virtual-postgres.ts';
import { VirtualStream } from './virtual-stream.ts';

const SEQUENCERS = 2;
const READERS = 2;
const FIRST_MS = Date.parse('2026-11-21T00:00:00.000Z');

export type WorldOptions = {
  seed: number;
  mutation?: Mutation | undefined;
  /** Told what happens, with the virtual time. */
  trace?: ((line: string) => void) | undefined;
};

/** Everything there is: one database, one stream, two sequencers, two readers with their disks. */
export class World {
  readonly dice: Dice;
  readonly mutation: Mutation | undefined;
  readonly scheduler = new Scheduler();
  readonly weather = calmWeather();
  readonly postgres = new VirtualPostgres();
  readonly checkpoints = new VirtualCheckpoints();
  readonly lock: VirtualLock;
  readonly stream: VirtualStream;
  readonly committer: Committer;
  readonly sequencers: RegistryProcess[] = [];
  readonly readers: ReaderProcess[] = [];
  readonly #disks = Array.from({ length: READERS }, () => new VirtualDisk());
  readonly #bells = new Map<Host, () => void>();
  readonly #notes = new Map<string, Uint8Array>();
  readonly #options: WorldOptions;
  /** Ids of facts that somebody with a stolen key made: applied, and taken back. */
  readonly forged = new Set<string>();
  /** What must never happen, and did. */
  violation: string | undefined;
  isFaulty = true;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.mutation = options.mutation;
    this.dice = new Dice(options.seed);
    this.lock = new VirtualLock(this.postgres, this.scheduler);
    const violation = (what: string) => this.fail(what);
    this.stream = new VirtualStream({ violation, mutation: options.mutation });
    this.committer = new Committer(this);
    for (let at = 0; at < SEQUENCERS; at += 1) this.startSequencer(at);
    for (let at = 0; at < READERS; at += 1) this.startReader(at);
  }

  readonly wallMs = (nowMs = this.scheduler.nowMs): number => FIRST_MS + Math.floor(nowMs);

  fail(what: string): void {
    this.trace(`VIOLATION ${what}`);
    this.violation ??= what;
  }

  trace(line: string): void {
    this.#options.trace?.(`${this.scheduler.nowMs.toFixed(0).padStart(6)} ms  ${line}`);
  }

  /** The same note is the same bytes for all. */
  bytesOf(note: string): Uint8Array {
    const known = this.#notes.get(note) ?? utf8(note);
    this.#notes.set(note, known);
    return known;
  }

  startSequencer(at: number): void {
    this.sequencers[at] = new RegistryProcess(this.#host(`sequencer ${at}`), this);
  }

  startReader(at: number): void {
    const disk = this.#disks[at] as VirtualDisk;
    this.readers[at] = new ReaderProcess(this.#host(`reader ${at}`), disk, this);
  }

  crashReader(at: number): void {
    this.readers[at]?.crash();
    this.#disks[at]?.tear(this.dice);
  }

  /** `LISTEN`, of a sequencer. */
  listen(host: Host, ring: () => void): { close(): Promise<void> } {
    this.#bells.set(host, ring);
    return { close: () => Promise.resolve(void this.#bells.delete(host)) };
  }

  /** `NOTIFY`: a hint, which who is cut off or stands still does not get. */
  ring(): void {
    for (const [host, ring] of this.#bells) {
      if (!host.isDead && !host.isCut && !host.isPaused) this.scheduler.after(1, ring);
    }
  }

  /** A message on its way to one reader: late, lost, or there twice. */
  deliver(host: Host, arrive: () => void): void {
    const { lossOfMessages, messageDelayMs } = this.weather;
    const isLost = this.dice.chance(lossOfMessages);
    const copies = this.dice.chance(lossOfMessages) ? 2 : 1;
    if (host.isCut || isLost) return;
    for (let copy = 0; copy < copies; copy += 1)
      this.scheduler.after(this.dice.between(0, messageDelayMs * host.slowness), arrive);
  }

  /** I5 of DESIGN 9: what is applied is in the log at that moment, or forged. */
  checkApplied(reader: ReaderProcess, { index, fact }: Pick<AppliedFact, 'index' | 'fact'>): void {
    if (this.forged.has(fact.id) || this.postgres.wasInLog(index, fact.id)) return;
    this.fail(`${reader.host.name} applied ${fact.id}, which is not in the log at ${index}`);
  }

  #host(name: string): Host {
    const { scheduler, dice, weather } = this;
    return new Host(name, { scheduler, dice, weather });
  }
}
