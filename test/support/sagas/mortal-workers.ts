import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { WorkerOrders } from '../saga-worker-process.ts';

const PROCESS = fileURLToPath(new URL('../saga-worker-process.ts', import.meta.url));

/** One worker at a time; when it dies, the next one is loaded already. */
export class MortalWorkers {
  deaths = 0;
  readonly #orders: WorkerOrders;
  #active: ChildProcess;
  #standby: ChildProcess;

  constructor(orders: WorkerOrders) {
    this.#orders = orders;
    this.#active = fork(PROCESS);
    this.#standby = fork(PROCESS);
    this.#activate();
  }

  #activate(): void {
    this.#active.send(this.#orders);
    this.#active.once('exit', (_code, signal) => {
      if (signal !== 'SIGKILL') return; // what it said on stderr is a bug of the test
      this.deaths += 1;
      this.#active = this.#standby;
      this.#standby = fork(PROCESS);
      this.#activate();
    });
  }

  async stop(): Promise<void> {
    for (const child of [this.#active, this.#standby]) {
      child.removeAllListeners('exit');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await gone;
    }
  }
}
