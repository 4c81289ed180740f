import type { Call } from './call.ts';

export type Touched =
  | 'identity'
  | 'database'
  | 'route'
  | 'dns'
  | 'mail'
  /** DNS that is not ours: only looked at. */
  | 'zone'
  /** Postgres: state, audit and facts in one transaction. */
  | 'registry'
  /** The sequencer, and through it the log and JetStream. */
  | 'log'
  | 'nothing';

/** One row of a saga's table: do and undo (DESIGN 5.1). */
export interface Step<A> {
  /** Also the activity's id: one word in UI, metrics, logs and API. */
  readonly name: string;
  /** For people, in the imperative. */
  readonly title: string;
  /** What it works on, for the reference and for whoever breaks it on purpose. */
  readonly touches: Touched;
  /** Asked when its turn comes; false skips it. */
  readonly when?: () => boolean;
  readonly do: (call: Call<A>) => Promise<void>;
  /** Its `do` waits for people or for a date: shown as `waiting`, and nothing is wrong. */
  readonly waits?: true;
  /**
   * A later saga may do the opposite: an attempt whose outcome is unknown must not take effect
   * after that, so the settle time is waited out before the next row. `again`: the later one may
   * run meanwhile, since no lock keeps it away, so the step is then done once more.
   */
  readonly settles?: true | 'again';
  /**
   * Resolves when the step is not needed any more: it ends then, whether it is tried or parked.
   * After the pivot only. What was on its way may still take effect.
   */
  readonly until?: (call: Call<A>) => Promise<void>;
  /** Behind the pivot: a failure past its retries is shown, and the saga goes on without it. */
  readonly mayFail?: true;
  /** Idempotent; succeeds when the step never happened. Only before the pivot. */
  readonly undo?: (call: Call<A>) => Promise<void>;
  /** The commit: from its scheduling on the saga only goes forward. Exactly one row has it. */
  readonly pivot?: true;
  /** Task queue, when not the saga's own. */
  readonly queue?: string;
}
