import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createFactLog } from '../../../adapters/postgres/fact-log.ts';
import { createLeaderLock } from '../../../adapters/postgres/leader-lock.ts';
import { eventually } from '../../support/eventually.ts';
import { registryDatabase, type RegistryDatabase } from './registry-database.ts';

const HOLDER = fileURLToPath(new URL('leader-holder.ts', import.meta.url));
/** Postgres' 2 s of silence, and what our asking takes on a slow machine. */
const TAKEOVER_MS = 15_000;
const LONGER_THAN_SILENCE_MS = 3_000;
/** A machine that stops us for as long as Postgres waits takes the leadership with good reason. */
const TRIES = 3;

let registry: RegistryDatabase;
beforeAll(async () => {
  registry = await registryDatabase();
});
afterAll(() => registry.close());

/** Waits for the child's first line, `leads <fence>`, and gives the fence and the lines after. */
async function holder(): Promise<{ child: ChildProcess; fence: number; next(): Promise<string> }> {
  const child = spawn(process.execPath, [HOLDER, registry.databaseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  return { child, fence: Number((await next()).split(' ')[1]), next };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null ? once(child, 'exit') : undefined;
  child.kill('SIGCONT');
  child.kill('SIGKILL');
  await ended;
}

const lock = () => createLeaderLock(registry);
const forever = () => new AbortController().signal;
/** As the sequencer does, whose session ends too when the machine stops it for long. */
const acquired = () => eventually(() => lock().acquire(forever()), { withinMs: 30_000 });

test('one leads at a time; the next has a higher fence', async () => {
  const first = await acquired();
  let second: { fence: number } | undefined;
  const acquiring = acquired().then((leadership) => (second = leadership));
  const asked = `select from pg_stat_activity where state = 'idle'
    and query like 'select pg_try_advisory_lock%' and datname = current_database()`;
  await eventually(async () => (await registry.admin.query(asked)).rowCount === 1);
  expect(second).toBeUndefined();
  await first.resign();
  await first.lost;
  const next = await acquiring;
  expect(next.fence).toBe(first.fence + 1);
  await next.resign();
});

test('a leader that is stopped by a signal is followed without waiting for it, and fenced off', async () => {
  const { child, fence, next } = await holder();
  try {
    const acquiring = acquired();
    child.kill('SIGSTOP');
    const stoppedAt = performance.now();
    const successor = await acquiring;
    expect(performance.now() - stoppedAt).toBeLessThan(TAKEOVER_MS);
    expect(successor.fence).toBe(fence + 1);

    const log = createFactLog(registry);
    await expect(log.sequence(fence, 10, () => Promise.resolve([]))).rejects.toMatchObject({
      name: 'LostLeadershipError',
    });
    child.kill('SIGCONT');
    expect(await next()).toBe('lost');
    await log.close();
    await successor.resign();
  } finally {
    await kill(child);
  }
});

test('a leader that is killed is followed at once', async () => {
  const { child, fence } = await holder();
  const acquiring = acquired();
  const killedAt = performance.now();
  await kill(child);
  const successor = await acquiring;
  expect(successor.fence).toBe(fence + 1);
  expect(performance.now() - killedAt).toBeLessThan(TAKEOVER_MS);
  await successor.resign();
});

test('a live leader keeps leading longer than the silence that Postgres allows', async () => {
  const tries = new Set<unknown>();
  while (tries.size < TRIES && !tries.has('leads')) {
    const leadership = await acquired();
    const lost = leadership.lost.then(() => `lost ${tries.size}`);
    const time = new Promise((resolve) => setTimeout(resolve, LONGER_THAN_SILENCE_MS, 'leads'));
    tries.add(await Promise.race([lost, time]));
    await leadership.resign();
  }
  expect([...tries]).toContain('leads');
});

test('a leader whose session Postgres ends learns it', async () => {
  const leadership = await lock().acquire(forever());
  await registry.admin.query(
    `select pg_terminate_backend(pid) from pg_locks
     where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database())`,
  );
  await leadership.lost;
});

test('waiting for leadership ends when it is not wanted any more', async () => {
  const leadership = await lock().acquire(forever());
  const unwanted = new AbortController();
  const waiting = lock().acquire(unwanted.signal);
  unwanted.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  await leadership.resign();
});
