// Runs as a process of its own. Its standard input is a pipe that the starting process holds open
// and the system closes when that process ends, however it ends: then everything is stopped.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive, processTree, signalAll } from './process-tree.ts';
import type { WatchdogMessage } from './watchdog.ts';

const GRACE_MS = 3_000;
const POLL_MS = 50;

const watched = new Map<number, NodeJS.Signals>();
const temporary = new Set<string>();

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as WatchdogMessage;
  if ('watch' in message) watched.set(message.watch, message.signal);
  else if ('unwatch' in message) watched.delete(message.unwatch);
  else if ('temporary' in message) temporary.add(message.temporary);
  else temporary.delete(message.removed);
}

// Taken before the first signal: children of a dead process are nobody's descendants any more.
const trees = [...watched.keys()].flatMap(processTree);
signalAll(trees, 'SIGCONT');
for (const [pid, signal] of watched) signalAll([pid], signal);
const deadline = Date.now() + GRACE_MS;
while (trees.some(isAlive) && Date.now() < deadline) await wait(POLL_MS);
signalAll(trees.filter(isAlive), 'SIGKILL');
while (trees.some(isAlive) && Date.now() < deadline + GRACE_MS) await wait(POLL_MS);
for (const dir of temporary) rmSync(dir, { recursive: true, force: true });
