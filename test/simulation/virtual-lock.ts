import type { LeaderLock, Leadership } from '../../ports/fact-log.ts';
import type { Host } from './host.ts';
import type { Scheduler } from './scheduler.ts';
import type { VirtualPostgres } from './virtual-postgres.ts';

/** `idle_session_timeout` of adapters/postgres/leader-lock.ts, and how often a standby asks. */
const SILENCE_MS = 2_000;
const ASK_EVERY_MS = 250;

type Session = { host: Host; silentMs: number; lose: () => void };

/** The session lock: Postgres takes it from a leader that is silent, who learns of it later. */
export class VirtualLock {
  readonly #postgres: VirtualPostgres;
  readonly #scheduler: Scheduler;
  #holder: Session | undefined;

  constructor(postgres: VirtualPostgres, scheduler: Scheduler) {
    this.#postgres = postgres;
    this.#scheduler = scheduler;
    postgres.onReplaced(() => this.#end());
    scheduler.after(ASK_EVERY_MS, () => this.#watch(), ASK_EVERY_MS);
  }

  get leader(): Host | undefined {
    return this.#holder?.host;
  }

  ofHost(host: Host): LeaderLock {
    return { acquire: (signal) => this.#acquire(host, signal) };
  }

  async #acquire(host: Host, signal: AbortSignal): Promise<Leadership> {
    for (;;) {
      const leadership = await host
        .call(() => this.#try(host))
        .catch((error: unknown) => {
          // The session whose answer was lost ends with its connection.
          if (this.leader === host) this.#end();
          throw error;
        });
      signal.throwIfAborted();
      if (leadership !== undefined) return leadership;
      await this.#scheduler.sleep(ASK_EVERY_MS);
    }
  }

  #try(host: Host): Leadership | undefined {
    if (this.#holder !== undefined) return undefined;
    const lost = Promise.withResolvers<void>();
    const lose = () => void host.running().then(() => lost.resolve());
    const session = { host, silentMs: 0, lose };
    this.#holder = session;
    const { rows, startedMs } = this.#postgres;
    rows.fence = Math.max(rows.fence + 1, startedMs);
    const resign = async () => {
      if (this.#holder === session) this.#end();
    };
    return { fence: rows.fence, lost: lost.promise, resign };
  }

  #watch(): void {
    const session = this.#holder;
    if (session === undefined) return;
    const { host } = session;
    const isSilent = host.isDead || host.isPaused || host.isCut;
    session.silentMs = isSilent ? session.silentMs + ASK_EVERY_MS : 0;
    if (session.silentMs >= SILENCE_MS) this.#end();
  }

  #end(): void {
    this.#holder?.lose();
    this.#holder = undefined;
  }
}
