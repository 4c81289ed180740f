// Talks to a kit's driver: JSON lines, one answer a request, in order.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Driver = {
  /** Answers of the driver, in the order of the requests. Rejects when it ends before. */
  ask(request: object): Promise<unknown>;
  /** A line as it is, which need not be a request. */
  say(line: string): Promise<unknown>;
  /** Ends its input; answers its exit code. */
  end(): Promise<number | null>;
};

type Waiting = { resolve: (answer: unknown) => void; reject: (error: Error) => void };

export const startDriver = (file: string): Driver => {
  const child = spawn(file, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: Waiting[] = [];
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      resolve(code);
      for (const { reject } of waiting.splice(0)) reject(new Error(`the driver ended: ${code}`));
    });
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const next = waiting.shift();
    try {
      next?.resolve(JSON.parse(line));
    } catch {
      next?.reject(new Error(`no JSON: ${line.slice(0, 200)}`));
    }
  });
  const say = (line: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin.write(`${line}\n`);
    });
  return {
    say,
    ask: (request) => say(JSON.stringify(request)),
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
};
