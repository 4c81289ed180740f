import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Decision } from '../../sdk/typescript/types.ts';
import { unwatch, watch } from '../servers/watchdog.ts';
import type {
  AppliedNotice,
  Burst,
  ExpectedAnswer,
  FromPlane,
  PlaneStart,
  Question,
  ToPlane,
} from './plane-messages.ts';

const ENTRY = fileURLToPath(new URL('plane-main.ts', import.meta.url));

/** The data plane's process, as the demo talks to it. */
export class PlaneProcess {
  readonly applied: AppliedNotice[] = [];
  readonly refused: string[] = [];
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (message: FromPlane) => void>();
  readonly #waiting = new Set<() => void>();
  #asked = 0;
  #ready = false;
  #snapshot = 0;
  #ended = false;

  constructor(start: PlaneStart) {
    this.#child = fork(ENTRY, [JSON.stringify(start)], {
      detached: true, // Ctrl-C reaches the demo alone, which stops everything in order
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const { pid } = this.#child;
    if (pid !== undefined) watch(pid, 'SIGTERM');
    this.#child.on('message', (message) => this.#hear(message as FromPlane));
    this.#child.once('exit', () => {
      this.#ended = true;
      if (pid !== undefined) unwatch(pid);
      this.#wake();
    });
  }

  /** Facts that its decisions rest on: those of its snapshot, and what came since. */
  get verified(): number {
    return this.#snapshot + this.applied.length;
  }

  ready(): Promise<void> {
    return this.until(() => this.#ready);
  }

  /** Resolves when `holds` does; looked at again with every message of the plane. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#ended) throw new Error('the data plane’s process ended');
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async can(question: Question): Promise<Decision> {
    const answer = await this.#ask((ask) => ({ type: 'can', ask, question }));
    if (answer.type !== 'answer') throw new Error(`no answer but ${answer.type}`);
    return answer.decision;
  }

  async burst(decisions: number, expected: readonly ExpectedAnswer[]): Promise<Burst> {
    const answer = await this.#ask((ask) => ({ type: 'burst', ask, decisions, expected }));
    if (answer.type !== 'burst') throw new Error(`no answer but ${answer.type}`);
    return answer.burst;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const exit = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.send({ type: 'close' } satisfies ToPlane);
    await exit;
  }

  #ask(message: (ask: number) => ToPlane): Promise<FromPlane> {
    const ask = (this.#asked += 1);
    return new Promise((resolve) => {
      this.#answers.set(ask, resolve);
      this.#child.send(message(ask));
    });
  }

  #hear(message: FromPlane): void {
    if (message.type === 'ready') [this.#ready, this.#snapshot] = [true, message.snapshot];
    else if (message.type === 'applied') this.applied.push(message.fact);
    else if (message.type === 'refused') this.refused.push(message.code);
    else this.#answers.get(message.ask)?.(message);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
