import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ServerError } from './errors.ts';

const TAIL_LINES = 20;

export type CommandOptions = {
  cwd?: string;
  env?: Record<string, string>;
  /** Given to its standard input. */
  input?: string;
  /** How it reads in an error; default is the command with its arguments. */
  what?: string;
};

/** Runs a command to its end; gives its standard output, or throws with the tail of all it said. */
export function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const what = options.what ?? [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: 'pipe',
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    let output = '';
    let everything = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      everything += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (everything += text));
    child.stdin.on('error', () => undefined); // it may end without reading; its exit code tells
    child.stdin.end(options.input);
    child.once('error', (cause) => {
      reject(new ServerError('command-failed', `${what}: ${cause.message}`, { cause }));
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else {
        const end = code === null ? `was ended by ${signal}` : `ended with code ${code}`;
        reject(new ServerError('command-failed', `${what} ${end}:\n${tail(everything)}`));
      }
    });
  });
}

/** The full path of an executable on the PATH (or in `more` folders), or undefined. */
export function findOnPath(name: string, more: readonly string[] = []): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, ...more]) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** The executable when it is on the PATH and says (`args`) that it has the pinned version. */
export async function findVersionOnPath(
  name: string,
  args: readonly string[],
  version: RegExp,
): Promise<string | undefined> {
  const file = findOnPath(name);
  if (file === undefined) return undefined;
  const said = await run(file, args).catch(() => '');
  return version.test(said) ? file : undefined;
}

export function tail(text: string, lines = TAIL_LINES): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
