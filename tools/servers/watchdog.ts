import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

export type WatchdogMessage =
  | { watch: number; signal: NodeJS.Signals }
  | { unwatch: number }
  | { temporary: string }
  | { removed: string };

let watchdog: ChildProcess | undefined;
/** What the watchdog would clean up; at zero it is let go. */
let charges = 0;

/** Has the process `pid` stopped when this process ends without having stopped it itself. */
export function watch(pid: number, signal: NodeJS.Signals): void {
  take({ watch: pid, signal });
}

export function unwatch(pid: number): void {
  release({ unwatch: pid });
}

/** Has `dir` removed when this process ends without having removed it itself. */
export function watchTemporary(dir: string): void {
  take({ temporary: dir });
}

export function unwatchTemporary(dir: string): void {
  release({ removed: dir });
}

function take(message: WatchdogMessage): void {
  watchdog ??= startWatchdog();
  charges++;
  send(message);
}

function release(message: WatchdogMessage): void {
  send(message);
  charges--;
  if (charges > 0) return;
  watchdog?.stdin?.end();
  watchdog = undefined;
}

function send(message: WatchdogMessage): void {
  watchdog?.stdin?.write(`${JSON.stringify(message)}\n`);
}

function startWatchdog(): ChildProcess {
  // Detached: Ctrl-C in the terminal must reach the starting process only.
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('watchdog-main.ts', import.meta.url))],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  child.unref();
  (child.stdin as Socket).unref();
  child.stdin?.on('error', () => undefined); // a killed watchdog must not kill who it guards
  return child;
}
