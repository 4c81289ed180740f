import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { tail } from './command.ts';
import type { DataDir } from './data-dir.ts';
import { ServerError } from './errors.ts';
import { isAlive, processTree, signalAll } from './process-tree.ts';
import { unwatch, watch } from './watchdog.ts';

const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 250;
const STOP_WITHIN_MS = 10_000;
const GONE_WITHIN_MS = 5_000;
const LOG_TAIL_BYTES = 16 * 1024;
const LOG_TAIL_LINES = 25;
const PORT_TAKEN = /address already in use|EADDRINUSE|Address in use|port.* already in use/i;

export type ServerSpec = {
  /** As people know it: `Postgres`. */
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Everything it prints is appended here. */
  logFile: string;
  dataDir: DataDir;
  /** Throws as long as the server does not answer. */
  probe: () => Promise<unknown>;
  readyWithinMs: number;
  /** Asks it to end in good order; default SIGTERM. */
  stopSignal?: NodeJS.Signals;
};

export type Running = {
  /** Ends it in good order; a temporary data folder goes with it. Again is fine. */
  stop(): Promise<void>;
  /** To the whole process tree; SIGKILL returns when all of it is gone. */
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Ends it if it runs and starts it on the same ports and data; returns when it answers. */
  restart(): Promise<void>;
  logTail(): string;
};

/** Starts a server and returns when it answers; else throws with the tail of its log. */
export async function startProcess(spec: ServerSpec): Promise<Running> {
  let child: ChildProcess;
  const boot = async () => {
    child = launch(spec);
    await untilReady(spec, child);
  };
  const stop = async () => {
    await end(child, spec.stopSignal ?? 'SIGTERM');
  };
  await boot();
  let stopped = false;
  return {
    stop: async () => {
      if (stopped) return;
      stopped = true;
      await stop();
      spec.dataDir.discard();
    },
    kill: async (signal) => {
      const tree = child.pid === undefined ? [] : processTree(child.pid);
      signalAll(tree, signal);
      if (signal === 'SIGKILL') await untilGone(tree);
    },
    restart: async () => {
      await stop();
      await boot();
    },
    logTail: () => logTail(spec.logFile),
  };
}

function launch(spec: ServerSpec): ChildProcess {
  const log = openSync(spec.logFile, 'a');
  try {
    // Detached: Ctrl-C in the terminal reaches the starting process only, which stops in order.
    const child = spawn(spec.command, spec.args, {
      stdio: ['ignore', log, log],
      detached: true,
      cwd: spec.cwd ?? spec.dataDir.path,
      env: { ...process.env, ...spec.env },
    });
    child.unref();
    child.on('error', () => undefined); // seen as `pid === undefined` below
    const pid = child.pid;
    if (pid !== undefined) {
      watch(pid, spec.stopSignal ?? 'SIGTERM');
      child.once('exit', () => unwatch(pid));
    }
    return child;
  } finally {
    closeSync(log);
  }
}

async function untilReady(spec: ServerSpec, child: ChildProcess): Promise<void> {
  if (child.pid === undefined) {
    throw new ServerError('exited', `${spec.name} could not be started: ${spec.command}`);
  }
  const deadline = performance.now() + spec.readyWithinMs;
  let pauseMs = FIRST_POLL_MS;
  for (;;) {
    if (hasEnded(child)) throw endedEarly(spec, child);
    const problem = await spec.probe().then(
      () => undefined,
      (error: unknown) => (error as Error)?.message ?? String(error),
    );
    // Looked at again: what answered may be another server on a port that ours did not get.
    if (problem === undefined && !hasEnded(child)) return;
    if (performance.now() > deadline) {
      await end(child, 'SIGKILL');
      const seconds = Math.round(spec.readyWithinMs / 1_000);
      const why = `${spec.name} was not ready within ${seconds} s (${problem}); its log ends:`;
      throw new ServerError('not-ready', `${why}\n${logTail(spec.logFile)}`);
    }
    await wait(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, LAST_POLL_MS);
  }
}

function endedEarly(spec: ServerSpec, child: ChildProcess): ServerError {
  const log = logTail(spec.logFile);
  const how = child.exitCode === null ? `by ${child.signalCode}` : `with code ${child.exitCode}`;
  const code = PORT_TAKEN.test(log) ? 'port-taken' : 'exited';
  return new ServerError(
    code,
    `${spec.name} ended ${how} before it was ready; its log ends:\n${log}`,
  );
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  // Taken first: children of a dead process are nobody's descendants any more.
  const tree = processTree(child.pid);
  const ended = once(child, 'exit');
  child.ref();
  signalAll(tree, 'SIGCONT');
  signalAll([child.pid], signal);
  const inTime = await Promise.race([ended, wait(STOP_WITHIN_MS, undefined, { ref: false })]);
  if (inTime === undefined) signalAll(processTree(child.pid), 'SIGKILL');
  await ended;
  signalAll(tree.filter(isAlive), 'SIGKILL');
  await untilGone(tree);
}

async function untilGone(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (pids.some(isAlive) && performance.now() < deadline) await wait(FIRST_POLL_MS);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** The end of a log file. */
export function logTail(file: string): string {
  const log = openSync(file, 'r');
  try {
    const { size } = fstatSync(log);
    const buffer = Buffer.alloc(Math.min(size, LOG_TAIL_BYTES));
    readSync(log, buffer, 0, buffer.length, size - buffer.length);
    return tail(buffer.toString('utf8'), LOG_TAIL_LINES);
  } finally {
    closeSync(log);
  }
}
