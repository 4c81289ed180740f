import { Context } from '@temporalio/activity';
import type { PortErrorCode } from '../../../ports/call.ts';

/** `<port>.<method>`, e.g. `identity.ensure`. */
export type Effect = `${string}.${string}`;

/**
 * What may become of one call (DESIGN 5.4).
 *
 * - `lost`: it never arrives.
 * - `reply-lost`: it is done, the caller learns nothing.
 * - `late`: the caller gives up first; it takes effect right after the next `after` has returned.
 * - `refused`: the outside system says no.
 * - `hangs`: no answer until the attempt's own deadline; nothing is done.
 */
export type Fault =
  | { readonly kind: 'lost' }
  | { readonly kind: 'reply-lost' }
  | { readonly kind: 'late'; readonly after: Effect }
  | { readonly kind: 'refused'; readonly code: PortErrorCode }
  | { readonly kind: 'hangs' };

/** What goes wrong with which effects of one saga. */
export type Faults = Iterable<readonly [Effect, readonly Fault[]]>;

/** How a port words its failures. */
export interface Failures {
  readonly unknown: () => Error;
  readonly refused: (code: PortErrorCode) => Error;
}

interface LateEffect {
  readonly after: Effect;
  readonly land: () => Promise<unknown>;
}

/** Which calls of which operation go wrong, and how; also a record of all calls. */
export class FaultPlan {
  /** Ports that answer nobody: every effect and every probe is refused as `unavailable`. */
  readonly down = new Set<string>();
  /** Called before an effect runs and after it is done, before anything is reported. */
  onEffect: (moment: 'before' | 'after', effect: Effect, operation: string) => void = () => {};
  readonly #planned = new Map<string, Fault[]>();
  readonly #late = new Map<string, LateEffect[]>();
  readonly #calls = new Map<string, Effect[]>();

  /** The next calls of this effect, one fault each; then it works again. */
  plan(operation: string, effect: Effect, ...faults: readonly Fault[]): void {
    this.#planned.set(`${operation}/${effect}`, [...faults]);
  }

  /** In their order, as they were tried. */
  calls(operation: string): readonly Effect[] {
    return this.#calls.get(operation) ?? [];
  }

  /** Faults of an operation that did not come about, and effects that have not landed. */
  remaining(operation: string): string[] {
    const planned = [...this.#planned]
      .filter(([key, faults]) => key.startsWith(operation) && faults.length > 0)
      .map(([key]) => key);
    return [...planned, ...(this.#late.get(operation) ?? []).map(({ after }) => `late ${after}`)];
  }

  /** Runs one effect; `work` is called again when it takes effect late. */
  async run<T>(effect: Effect, failures: Failures, work: () => Promise<T>): Promise<T> {
    const operation = currentOperation();
    this.#calls.set(operation, [...this.calls(operation), effect]);
    this.onEffect('before', effect, operation);
    if (this.down.has(effect.split('.')[0] ?? '')) throw failures.refused('unavailable');
    try {
      const result = await this.#send(operation, effect, failures, work);
      this.onEffect('after', effect, operation);
      return result;
    } finally {
      await this.#land(operation, effect);
    }
  }

  async #send<T>(
    operation: string,
    effect: Effect,
    failures: Failures,
    work: () => Promise<T>,
  ): Promise<T> {
    const fault = this.#planned.get(`${operation}/${effect}`)?.shift();
    switch (fault?.kind) {
      case undefined:
        return work();
      case 'lost':
        throw failures.unknown();
      case 'reply-lost':
        await work();
        throw failures.unknown();
      case 'late':
        this.#late.set(operation, [
          ...(this.#late.get(operation) ?? []),
          { after: fault.after, land: work },
        ]);
        throw failures.unknown();
      case 'refused':
        throw failures.refused(fault.code);
      case 'hangs':
        await deadline();
        throw failures.unknown();
    }
  }

  async #land(operation: string, effect: Effect): Promise<void> {
    const waiting = this.#late.get(operation) ?? [];
    const due = waiting.filter(({ after }) => after === effect);
    this.#late.set(
      operation,
      waiting.filter(({ after }) => after !== effect),
    );
    // What lands late tells nobody how it went.
    for (const { land } of due) await land().catch(() => undefined);
  }
}

/** The operation whose activity runs now: workflow ids are `<saga>/<operation>`. */
function currentOperation(): string {
  return Context.current().info.workflowExecution?.workflowId.split('/')[1] ?? '';
}

/** Resolves when a request of this attempt would have been given up. */
function deadline(): Promise<void> {
  const { startToCloseTimeoutMs } = Context.current().info;
  const marginShare = 0.9;
  return new Promise((resolve) => setTimeout(resolve, startToCloseTimeoutMs * marginShare));
}
