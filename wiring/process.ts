import { ConfigError } from './config/errors.ts';
import { loadConfig } from './config/load.ts';
import type { Config } from './config/load.ts';
import { formatConfig } from './config/print.ts';
import type { ProcessName } from './config/requirements.ts';

/** A started process: `close` ends its work in order and resolves when nothing is left open. */
export interface Running {
  close(): Promise<void>;
}

/** Past it a stuck connection must not keep a process that was told to stop. */
const CLOSE_DEADLINE_MS = 15_000;

/**
 * The frame of every entry point: configuration from the environment, `--print-config`, a sentence
 * instead of a stack when the start fails, and an orderly end on SIGTERM or SIGINT.
 */
export async function runProcess(
  name: ProcessName,
  start: (config: Config) => Promise<Running>,
): Promise<void> {
  const config = readConfig(name);
  if (config === undefined) return;
  if (process.argv.includes('--print-config')) {
    process.stdout.write(formatConfig(config));
    return;
  }
  try {
    closeOnSignal(name, await start(config));
  } catch (error) {
    fail(`${name} cannot start: ${error instanceof Error ? error.message : String(error)}`);
    // What was opened before the failure would keep the process alive.
    process.exit();
  }
}

function readConfig(name: ProcessName): Config | undefined {
  try {
    return loadConfig(name, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    fail(error.message);
    return undefined;
  }
}

function closeOnSignal(name: ProcessName, running: Running): void {
  const close = (): void => {
    process.off('SIGTERM', close).off('SIGINT', close);
    setTimeout(() => {
      fail(`${name} did not end within ${CLOSE_DEADLINE_MS} ms`);
      process.exit();
    }, CLOSE_DEADLINE_MS).unref();
    running.close().catch((error: unknown) => {
      fail(`${name} did not end in order: ${error instanceof Error ? error.message : 'unknown'}`);
      process.exit();
    });
  };
  process.on('SIGTERM', close).on('SIGINT', close);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
