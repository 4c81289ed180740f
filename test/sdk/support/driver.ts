import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { linesOf } from './lines-of.ts';

/** A kit's driver: a JSON line in, a JSON line out, in order. */
export class Driver {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: ((answer: unknown) => void)[] = [];
  readonly #ended: Promise<unknown>;
  #errors = '';

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env } });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', resolve);
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    void this.#read();
    this.#child.once('close', () => {
      for (const tell of this.#waiting) tell({ ended: this.#errors });
    });
  }

  ask(request: object): Promise<unknown> {
    return this.say(JSON.stringify(request));
  }

  /** Any line. */
  say(line: string): Promise<unknown> {
    const answer = new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
    this.#child.stdin.write(`${line}\n`);
    return answer;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async #read(): Promise<void> {
    for await (const line of linesOf(this.#child.stdout)) this.#waiting.shift()?.(JSON.parse(line));
  }

  /** Ends its input, and waits for it; throws what it said on its standard error. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
    if (this.#errors !== '') throw new Error(this.#errors);
  }
}
