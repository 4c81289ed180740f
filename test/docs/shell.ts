import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Terminal {
  readonly child: ChildProcess;
  /** All that was shown so far, errors too. */
  text(): string;
  /** Ctrl-C, as a terminal sends it to all that runs in it; resolves when all of it has ended. */
  interrupt(): Promise<void>;
}

/** A bash that runs one script, in a process group of its own. */
export function openTerminal(script: string, cwd: string): Terminal {
  const child = spawn('bash', ['-c', script], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentOfAReader(),
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const closed = once(child, 'close');
  return {
    child,
    text: () => text,
    interrupt: async () => {
      const ended = child.exitCode !== null || child.signalCode !== null;
      if (child.pid !== undefined && !ended) process.kill(-child.pid, 'SIGINT');
      await closed;
    },
  };
}

/** What npm and Jest add for their own children; a reader's shell has none of it. */
const ADDED = /^(JEST|NODE_ENV|NODE_OPTIONS|npm_(package|lifecycle|command|.*prefix|.*execpath))/;

function environmentOfAReader(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ADDED.test(name)));
}

/** One bash for many blocks of commands: what one exports, the next one has. */
export class Shell {
  readonly #child: ChildProcess;
  readonly #waiting: ((chunk: string) => void)[] = [];
  #blocks = 0;

  constructor(cwd: string) {
    this.#child = spawn('bash', [], {
      cwd,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: environmentOfAReader(),
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      for (const hear of this.#waiting) hear(chunk);
    });
  }

  /** Runs one block and gives what it wrote to its standard output; rejects when it fails. */
  run(commands: string): Promise<string> {
    const end = `end-of-block-${(this.#blocks += 1)}:`;
    return new Promise((resolve, reject) => {
      let text = '';
      const hear = (chunk: string) => {
        text += chunk;
        const found = new RegExp(`${end}(\\d+)\n`).exec(text);
        if (found === null) return;
        this.#waiting.splice(this.#waiting.indexOf(hear), 1);
        if (found[1] === '0') resolve(text.slice(0, found.index));
        else reject(new Error(`exit code ${found[1]} after:\n${commands}\nit said:\n${text}`));
      };
      this.#waiting.push(hear);
      this.#child.once('exit', () => reject(new Error(`the shell ended in:\n${commands}`)));
      this.#child.stdin?.write(`${commands}\necho "${end}$?"\n`);
    });
  }

  close(): void {
    this.#child.stdin?.end();
  }
}
