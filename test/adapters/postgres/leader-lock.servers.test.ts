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
/** Postgres' 2 s of silence, and a second for our asking. */
const TAKEOVER_MS = 3_000;
/** A machine that stops us for a second or two spoils one of them: each time it is not the lock. */
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
  const lives = child.exitCode === null && child.signalCode === null;
  const ended = lives ? once(child, 'exit') : undefined;
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

/** Milliseconds until somebody else leads, by the quickest of some tries. */
async function takeover(
  silence: (child: ChildProcess) => unknown,
  after?: (fence: number, next: () => Promise<string>, child: ChildProcess) => Promise<void>,
): Promise<number> {
  let quickestMs = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && quickestMs >= TAKEOVER_MS; tries += 1) {
    const { child, fence, next } = await holder();
    try {
      const acquiring = acquired();
      const silencedAt = performance.now();
      await silence(child);
      const successor = await acquiring;
      quickestMs = Math.min(quickestMs, performance.now() - silencedAt);
      expect(successor.fence).toBe(fence + 1);
      await after?.(fence, next, child);
      await successor.resign();
    } finally {
      await kill(child);
    }
  }
  return quickestMs;
}

test('a leader that is stopped by a signal is followed within three seconds, and fenced off', async () => {
  const tookMs = await takeover(
    (child) => child.kill('SIGSTOP'),
    async (fence, next, child) => {
      const log = createFactLog(registry);
      await expect(log.sequence(fence, 10, () => Promise.resolve([]))).rejects.toMatchObject({
        name: 'LostLeadershipError',
      });
      child.kill('SIGCONT');
      expect(await next()).toBe('lost');
      await log.close();
    },
  );
  expect(tookMs).toBeLessThan(TAKEOVER_MS);
});

test('a leader that is killed is followed at once', async () => {
  expect(await takeover(kill)).toBeLessThan(TAKEOVER_MS);
});

test('a live leader keeps leading longer than the silence that Postgres allows', async () => {
  const tries = new Set<unknown>();
  while (tries.size < TRIES && !tries.has('leads')) {
    const leadership = await acquired();
    const lost = leadership.lost.then(() => `lost ${tries.size}`);
    const time = new Promise((resolve) => setTimeout(resolve, TAKEOVER_MS, 'leads'));
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
