import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** `root` and all its descendants, parents first. Postgres's own are no process group. */
export function processTree(root: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const [pid, parent] of parents()) {
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []));
  return tree;
}

/** Sends `signal` to each; those already gone are fine. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** False for a zombie too: it holds neither port nor file, and only its parent can clear it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return process.platform !== 'linux' || linuxStat(pid)?.state !== 'Z' || hasThreads(pid);
}

/** The first thread may be a zombie while others still run, and hold the ports. */
function hasThreads(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

function parents(): [pid: number, parent: number][] {
  if (process.platform !== 'linux') {
    const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    return text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  const all: [number, number][] = [];
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? linuxStat(Number(name)) : undefined;
    if (stat !== undefined) all.push([Number(name), stat.parent]);
  }
  return all;
}

/** proc_pid_stat(5): the command in parentheses may itself hold spaces and parentheses. */
function linuxStat(pid: number): { state: string; parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === undefined ? undefined : { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
