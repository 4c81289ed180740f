import { spawn } from 'node:child_process';

export type CommandResult = { code: number; output: string; ms: number };

/** The repository, where every tool runs whatever directory it was called from. */
export const ROOT = new URL('..', import.meta.url).pathname;

/** Runs a command in the repository and gives all that it printed; never throws. */
export function captureCommand(
  command: readonly string[],
  env = process.env,
): Promise<CommandResult> {
  return runCommand(command, env, 'pipe');
}

/** Runs a command in the repository and lets it print; never throws. */
export function showCommand(command: readonly string[], env = process.env): Promise<CommandResult> {
  return runCommand(command, env, 'inherit');
}

function runCommand(
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  stdio: 'pipe' | 'inherit',
): Promise<CommandResult> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let output = '';
    const end = (code: number) =>
      resolve({ code, output, ms: Math.round(performance.now() - startedAt) });
    const child = spawn(file, args, { cwd: ROOT, env, stdio: ['ignore', stdio, stdio] });
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => {
      output += error.message;
      end(1);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}
