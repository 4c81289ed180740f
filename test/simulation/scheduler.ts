import { setImmediate } from 'node:timers';

type Task = { atMs: number; order: number; run: () => void; everyMs: number | undefined };

/**
 * Virtual time. One task runs at a time, and what it set going (promises, turns of the event loop)
 * comes to rest before the next: the same tasks in the same order, whatever the machine does.
 */
export class Scheduler {
  #nowMs = 0;
  #order = 0;
  /** Sorted, the next one last. */
  readonly #tasks: Task[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void, everyMs?: number): Task {
    const task = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, run, everyMs };
    this.#order += 1;
    this.#insert(task);
    return task;
  }

  cancel(task: Task | undefined): void {
    if (task === undefined) return;
    task.everyMs = undefined;
    const at = this.#tasks.indexOf(task);
    if (at >= 0) this.#tasks.splice(at, 1);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Runs what is due until then, or until `isOver`. */
  runUntil(untilMs: number, isOver: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const turn = (): void => {
      const task = this.#tasks.at(-1);
      if (task === undefined || task.atMs > untilMs || isOver()) {
        this.#nowMs = Math.max(this.#nowMs, untilMs);
        return resolve();
      }
      try {
        this.#run(task);
        setImmediate(turn);
      } catch (error) {
        reject(error);
      }
    };
    setImmediate(turn);
    return promise;
  }

  /** The next one. */
  #run(task: Task): void {
    this.#tasks.pop();
    this.#nowMs = task.atMs;
    task.run();
    if (task.everyMs === undefined) return;
    task.atMs += task.everyMs;
    task.order = this.#order;
    this.#order += 1;
    this.#insert(task);
  }

  #insert(task: Task): void {
    let [low, high] = [0, this.#tasks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#tasks[middle] as Task;
      const isLater =
        other.atMs > task.atMs || (other.atMs === task.atMs && other.order > task.order);
      if (isLater) low = middle + 1;
      else high = middle;
    }
    this.#tasks.splice(low, 0, task);
  }
}
