import type { Call } from './call.ts';

/** One row of a saga's table: do and undo (DESIGN 5.1). */
export interface Step<A> {
  /** Also the activity's id: one word in UI, metrics, logs and API. */
  readonly name: string;
  /** For people, in the imperative. */
  readonly title: string;
  readonly do: (call: Call<A>) => Promise<void>;
  /** Idempotent; succeeds when the step never happened. Only before the pivot. */
  readonly undo?: (call: Call<A>) => Promise<void>;
  /** The commit: from its scheduling on the saga only goes forward. Exactly one row has it. */
  readonly pivot?: true;
  /** Task queue, when not the saga's own. */
  readonly queue?: string;
}
