import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { PortError } from '../../ports/call.ts';
import type { FromProcess, Order, PlannedBreak, ToProcess } from './orders.ts';

/** How long an outside system stays away after it died. */
const DOWN_MS = 700;
/** An attempt that never reports is given up by Temporal a moment before it ends here. */
const AFTER_DEADLINE_MS = 100;

interface Late {
  /** Lands when the next attempt of this activity has ended. */
  readonly after: string;
  readonly land: () => Promise<unknown>;
}

interface Saga {
  readonly order: Order;
  readonly late: Late[];
  /** By break: resolves when its blow has fallen. */
  readonly held: Map<number, PromiseWithResolvers<void>>;
  /** By break: which of the step's outside calls is broken next; each is, in its own attempt. */
  readonly next: Map<PlannedBreak, number>;
}

interface Attempt {
  readonly saga: Saga;
  readonly id: string;
  calls: number;
  /** One of its calls was broken. */
  broken: boolean;
}

/** Inside a process under proof: breaks the activities and outside calls that it was ordered to. */
export class Breaks {
  readonly #sagas = new Map<string, Saga>();
  readonly #attempts = new AsyncLocalStorage<Attempt>();
  /** Until when a port is away. */
  readonly #downUntilMs = new Map<string, number>();
  #tell: (message: FromProcess) => void = () => {};

  tellBy(tell: (message: FromProcess) => void): void {
    this.#tell = tell;
  }

  hear(message: ToProcess): void {
    if (message.type === 'order') {
      const { order } = message;
      const saga = { order, late: [], held: new Map(), next: new Map() };
      this.#sagas.set(order.operation, saga);
    }
    if (message.type === 'release') {
      const saga = this.#sagas.get(message.operation);
      const planned = saga?.order.breaks[message.index];
      if (planned !== undefined) planned.spent = true;
      saga?.held.get(message.index)?.resolve();
    }
  }

  /** All activities of a worker, each as it was ordered for its saga. */
  activities<A extends object>(activities: A): A {
    const wrapped = Object.entries(activities).map(([name, activity]) => [
      name,
      (...args: unknown[]) =>
        this.#run(() => Promise.resolve(Reflect.apply(activity as Work, undefined, args))),
    ]);
    return Object.fromEntries(wrapped) as A;
  }

  /** All outside systems among these ports: whatever can be probed. */
  ports<P extends object>(ports: P): P {
    const wrapped = Object.entries(ports).map(([name, port]: [string, unknown]) => {
      if (typeof port !== 'object' || port === null) return [name, port];
      if (typeof Reflect.get(port, 'probe') === 'function') return [name, this.#port(name, port)];
      const { silo, pool } = port as { silo?: object; pool?: object };
      if (silo === undefined || pool === undefined) return [name, port];
      const own = this.#port(name, silo);
      // One adapter may be both, and whoever compares them must see that it is.
      return [name, { silo: own, pool: pool === silo ? own : this.#port(name, pool) }];
    });
    return Object.fromEntries(wrapped) as P;
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    const { activityId, workflowExecution } = Context.current().info;
    const operation = workflowExecution?.workflowId.split('/')[1] ?? '';
    const saga = this.#sagas.get(operation);
    if (saga === undefined) return work();
    // What an attempt leaves behind lands after a later one, never after itself.
    const due = saga.late.filter(({ after }) => after === activityId);
    try {
      return await this.#attempt(saga, activityId, work);
    } finally {
      for (const late of due) {
        saga.late.splice(saga.late.indexOf(late), 1);
        await late.land().catch(() => undefined); // nobody is told how it went
      }
    }
  }

  async #attempt<T>(saga: Saga, id: string, work: () => Promise<T>): Promise<T> {
    if (saga.order.refuses === id && !this.#awaits(saga, id)) throw refusal();
    await this.#hold(saga, id, ['lost', 'reply-lost', 'late', 'killed-before']);
    const ours = this.#find(saga, id, 'worker');
    if (ours !== undefined) return this.#loseAtWorker(saga, ours, work);
    const attempt = { saga, id, calls: 0, broken: false };
    const result = await this.#attempts.run(attempt, work);
    const own = this.#find(saga, id, 'own');
    // Each of its calls was broken once; or it made none, and the break is never told to have hit.
    if (own !== undefined && !attempt.broken) own.spent = true;
    await this.#hold(saga, id, ['killed-after']);
    return result;
  }

  /** The refusing step's own request must be on its way first. */
  #awaits(saga: Saga, id: string): boolean {
    const own = this.#find(saga, id, 'own');
    return own !== undefined && !saga.next.has(own);
  }

  async #hold(saga: Saga, id: string, faults: readonly string[]): Promise<void> {
    const { operation, breaks } = saga.order;
    for (const [index, planned] of breaks.entries()) {
      const { at, fault, spent } = planned;
      if (spent || at !== id || !planned.struck || !faults.includes(fault)) continue;
      const known = saga.held.get(index);
      const held = known ?? Promise.withResolvers<void>();
      saga.held.set(index, held);
      if (known === undefined) this.#tell({ type: 'reached', operation, index });
      await held.promise;
    }
  }

  /** Its process took the task and then lost it, or its report, or slept over it. */
  async #loseAtWorker<T>(
    saga: Saga,
    planned: PlannedBreak,
    work: () => Promise<T>,
  ): Promise<never> {
    this.#hit(saga, planned);
    planned.spent = true;
    if (planned.fault === 'reply-lost') await work().catch(() => undefined);
    if (planned.fault === 'late') saga.late.push({ after: afterOf(saga, planned), land: work });
    await sleep(Context.current().info.startToCloseTimeoutMs + AFTER_DEADLINE_MS);
    throw new Error('this attempt was given up long ago');
  }

  #port<P extends object>(name: string, port: P): P {
    return new Proxy(port, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          const send = async (given: readonly unknown[] = args): Promise<unknown> =>
            Reflect.apply(method, target, given) as unknown;
          if (!isOutsideCall(args)) return send();
          // The doctor's look at everything is kept whole: what is away for one cell it would miss.
          if (key === 'inventory') return this.#call(name, args, send);
          if (key === 'probe') return this.#up(name, send);
          return this.#up(name, () => this.#call(name, args, send));
        };
      },
    });
  }

  async #up(name: string, work: () => Promise<unknown>): Promise<unknown> {
    if ((this.#downUntilMs.get(name) ?? 0) > Date.now())
      throw new PortError(name, 'unavailable', `${name} is away`);
    return work();
  }

  async #call(name: string, args: readonly unknown[], send: Send): Promise<unknown> {
    const attempt = this.#attempts.getStore();
    const planned = attempt && this.#find(attempt.saga, attempt.id, 'own');
    if (attempt === undefined || planned === undefined) return send();
    const { saga } = attempt;
    attempt.calls += 1;
    const next = saga.next.get(planned) ?? 1;
    if (attempt.calls !== next) return send();
    saga.next.set(planned, next + 1);
    attempt.broken = true;
    this.#hit(saga, planned);
    await this.#breakCall(saga, planned, name, () => send(outliving(args)));
    throw new PortError(name, 'unknown', `${name} gave no answer`);
  }

  async #breakCall(
    saga: Saga,
    planned: PlannedBreak,
    name: string,
    send: () => Promise<unknown>,
  ): Promise<void> {
    const { fault } = planned;
    if (fault === 'reply-lost' || fault === 'killed-after') await send();
    if (fault === 'late') saga.late.push({ after: afterOf(saga, planned), land: send });
    if (fault === 'killed-before' || fault === 'killed-after') {
      planned.spent = true;
      this.#downUntilMs.set(name, Date.now() + DOWN_MS);
    }
  }

  #find({ order }: Saga, id: string, where: PlannedBreak['place']): PlannedBreak | undefined {
    return order.breaks.find(
      ({ at, place, spent, struck }) => !spent && !struck && at === id && place === where,
    );
  }

  #hit({ order }: Saga, planned: PlannedBreak): void {
    const index = order.breaks.indexOf(planned);
    this.#tell({ type: 'hit', operation: order.operation, index });
  }
}

type Send = (given?: readonly unknown[]) => Promise<unknown>;
type Work = (...args: unknown[]) => unknown;

/** After the undo where there will be one: that is the harder case. Else after its own retry. */
function afterOf({ order }: Saga, { at }: PlannedBreak): string {
  return order.refuses === undefined || at.startsWith('undo-') ? at : `undo-${at}`;
}

/** It says no, for good. A first attempt did nothing then; what was sent before may yet be done. */
function refusal(): ApplicationFailure {
  const { attempt } = Context.current().info;
  const type = 'tenant-state';
  return ApplicationFailure.create({ type, message: type, nonRetryable: true, details: [attempt] });
}

/** The last argument of what goes out: a `Call`, or where there is no mark its signal. */
function isOutsideCall(args: readonly unknown[]): boolean {
  const last = args.at(-1);
  if (last instanceof AbortSignal) return true;
  return typeof last === 'object' && last !== null && 'signal' in last && 'owner' in last;
}

/** The request is on its way: it outlives the attempt that sent it. */
function outliving(args: readonly unknown[]): unknown[] {
  const last = args.at(-1);
  const { signal } = new AbortController();
  const own = last instanceof AbortSignal ? signal : { ...(last as object), signal };
  return [...args.slice(0, -1), own];
}
