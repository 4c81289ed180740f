import { LostLeadershipError } from '../ports/fact-log.ts';
import type {
  FactReading,
  FactSequencing,
  LeaderLock,
  Leadership,
  OutboxBell,
  SignedFact,
} from '../ports/fact-log.ts';
import { LogForkError } from './log-fork.ts';
import type { Publisher } from './publisher.ts';
import { signFacts } from './sign-facts.ts';
import type { SigningContext } from './sign-facts.ts';

/** Facts given an index in one transaction. */
export const BATCH_FACTS = 500;
/** The bell is a hint that may be lost; the outbox is looked at this often anyway. */
const POLL_MS = 1_000;
const RETRY_MS = 500;
/** How often it is looked whether a duty is due. */
const DUTY_TICK_MS = 500;

export interface SequencerPorts {
  readonly lock: LeaderLock;
  readonly bell: OutboxBell;
  readonly facts: FactSequencing & FactReading;
  readonly publisher: Publisher;
  readonly signing: SigningContext;
  /** Before a leader signs: whether it may. Its rejection ends the leadership. */
  readonly beforeLeading: (fence: number) => Promise<void>;
  readonly duties: readonly Duty[];
  /** One line per trouble; the loop itself goes on. */
  readonly report: (message: string, cause: unknown) => void;
}

/** What a leader does beside sequencing, in a loop of its own. */
export interface Duty {
  /** For the report of a failure: "… failed". */
  readonly name: string;
  everyMs(): number;
  /** `over`: the leadership is, so that long work should end. */
  run(fence: number, over: () => boolean): Promise<void>;
}

interface Leading {
  readonly fence: number;
  over(): boolean;
  lose(): void;
}

/** Log indexes of the asked facts, in their order, and whether JetStream acknowledged them. */
export interface Sequenced {
  readonly indexes: readonly number[];
  readonly published: boolean;
}

/**
 * The one leader that gives committed facts their index and signature, then fans them out
 * (DESIGN 4.4). A standby waits for the lock, and its `waitFor` only watches the log.
 */
export class Sequencer {
  readonly #ports: SequencerPorts;
  readonly #wake = new EventTarget();
  #rung = false;

  constructor(ports: SequencerPorts) {
    this.#ports = ports;
  }

  /** Leads, or stands by, until `signal`. Never rejects for trouble outside: it tries again. */
  async run(signal: AbortSignal): Promise<void> {
    const bell = this.#listen(signal);
    while (!signal.aborted) {
      try {
        const leadership = await this.#ports.lock.acquire(signal);
        await this.#lead(leadership, signal).finally(() => leadership.resign());
      } catch (cause) {
        if (signal.aborted) break;
        if (!(cause instanceof LostLeadershipError))
          this.#ports.report('sequencing stopped and starts again', cause);
        await pause(RETRY_MS, signal);
      }
    }
    await (await bell)?.close();
  }

  /** Resolves once all facts are in the log; on a standby the leader puts them there. */
  async waitFor(factIds: readonly string[], signal: AbortSignal): Promise<Sequenced> {
    for (;;) {
      signal.throwIfAborted();
      const known = await this.#ports.facts.indexesOf(factIds);
      const indexes = factIds.flatMap((id) => known.get(id) ?? []);
      if (indexes.length === factIds.length)
        return { indexes, published: indexes.every((i) => this.#ports.publisher.acknowledged(i)) };
      this.#ring();
      await this.#next('sequenced', POLL_MS, signal);
    }
  }

  async #listen(signal: AbortSignal) {
    while (!signal.aborted) {
      try {
        return await this.#ports.bell.listen(() => this.#ring());
      } catch (cause) {
        this.#ports.report('cannot listen for commits; polling until it works', cause);
        await pause(RETRY_MS, signal);
      }
    }
    return undefined;
  }

  async #lead(leadership: Leadership, signal: AbortSignal): Promise<void> {
    let leading = true;
    const lose = () => {
      leading = false;
      this.#ring();
    };
    void leadership.lost.then(lose);
    const over = () => !leading || signal.aborted;
    const { fence } = leadership;
    await this.#ports.beforeLeading(fence);
    const duties = this.#ports.duties.map((duty) => this.#do(duty, { fence, over, lose }, signal));
    try {
      while (!over()) {
        this.#rung = false;
        const facts = await this.#sequence(fence);
        // A full batch may have left some behind; whoever commits from here on rings.
        if (facts.length < BATCH_FACTS && !this.#rung) await this.#next('rung', POLL_MS, signal);
      }
    } finally {
      leading = false;
      await Promise.all(duties);
    }
  }

  async #sequence(fence: number): Promise<readonly SignedFact[]> {
    const { facts, signing, publisher, report } = this.#ports;
    const signed = await facts.sequence(fence, BATCH_FACTS, (placed, heads) =>
      signFacts(signing, placed, heads),
    );
    if (signed.length === 0) return signed;
    // Not awaited: NATS never holds up the log. The publisher keeps the order.
    publisher.publish(signed).catch((cause: unknown) => report('publishing failed', cause));
    this.#wake.dispatchEvent(new Event('sequenced'));
    return signed;
  }

  /** One that finds another leader’s work, or a fork, ends the leadership: the log opens anew. */
  async #do(duty: Duty, { fence, over, lose }: Leading, signal: AbortSignal): Promise<void> {
    let lastMs = -Infinity;
    while (!over()) {
      if (performance.now() - lastMs >= duty.everyMs()) {
        lastMs = performance.now();
        await duty.run(fence, over).catch((cause: unknown) => {
          if (!(cause instanceof LostLeadershipError))
            this.#ports.report(`${duty.name} failed`, cause);
          if (cause instanceof LostLeadershipError || cause instanceof LogForkError) lose();
        });
      }
      await pause(DUTY_TICK_MS, signal);
    }
  }

  #ring(): void {
    this.#rung = true;
    this.#wake.dispatchEvent(new Event('rung'));
  }

  /** Resolves at the next event of that name, after `withinMs`, or when `signal` fires. */
  #next(event: 'rung' | 'sequenced', withinMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake.removeEventListener(event, done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      this.#wake.addEventListener(event, done);
      signal.addEventListener('abort', done);
    });
  }
}

/** Resolves after `ms`, or when `signal` fires. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', done);
  });
