import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A lock of another host, which cannot be asked for its process, counts as held this long. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;

type Holder = { host: string; pid: number; token: string };

/** Two writers on one directory would each break the other's journal. */
export class DirectoryLockedError extends Error {
  readonly code = 'directory-locked';

  constructor(directory: string, holder: Holder) {
    super(`${directory} is in use by process ${holder.pid} on ${holder.host}`);
    this.name = 'DirectoryLockedError';
  }
}

/** Tokens of this process: a process id alone repeats in containers, where it is often 1. */
const held = new Set<string>();

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

const readHolder = (path: string): Holder | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    // Gone, or torn by a crash while it was written: nobody holds it.
    return undefined;
  }
};

const isProcessAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
};

const isHeld = (path: string, holder: Holder): boolean => {
  if (holder.host !== hostname()) {
    const modifiedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - modifiedMs < LEASE_MS;
  }
  return holder.pid === process.pid ? held.has(holder.token) : isProcessAlive(holder.pid);
};

export type DirectoryLock = { release(): void };

/**
 * Throws {@link DirectoryLockedError}; takes over from a process that died. `refused`: the disk
 * did, when the lock was to be renewed.
 */
export const lockDirectory = (
  directory: string,
  refused: (error: unknown) => void = () => undefined,
): DirectoryLock => {
  const path = join(directory, 'lock');
  const mine: Holder = { host: hostname(), pid: process.pid, token: randomUUID() };
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(mine), { flag: 'wx' });
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const holder = readHolder(path);
      if (holder !== undefined && isHeld(path, holder)) {
        throw new DirectoryLockedError(directory, holder);
      }
      rmSync(path, { force: true });
    }
  }
  held.add(mine.token);
  const renew = (): void => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch (error) {
      refused(error);
    }
  };
  const renewal = setInterval(renew, RENEW_MS).unref();
  return {
    release: () => {
      clearInterval(renewal);
      held.delete(mine.token);
      if (readHolder(path)?.token === mine.token) rmSync(path, { force: true });
    },
  };
};
