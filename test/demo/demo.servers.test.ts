import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { isAlive, processTree } from '../../tools/servers/process-tree.ts';
import { eventually } from '../support/eventually.ts';

const WITHIN_MS = 180_000;
const GONE_WITHIN_MS = 20_000;
const ENTRY = fileURLToPath(new URL('../../tools/demo/main.ts', import.meta.url));

function startDemo(...args: string[]) {
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { text: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
  return { child, output };
}

/** Everything the demo started; read while it runs, since orphans have no parent to find. */
function everyProcess({ pid }: ChildProcess): number[] {
  return pid === undefined ? [] : processTree(pid);
}

const gone = (pids: number[]) =>
  eventually(() => expect(pids.filter(isAlive)).toEqual([]), {
    withinMs: GONE_WITHIN_MS,
    what: 'no process is left behind',
  });

describe('npm run demo', () => {
  test(
    'tells the whole story once, and its last line is the result',
    async () => {
      const { child, output } = startDemo('--once', '--json');
      const pids = new Set<number>();
      const watching = setInterval(() => everyProcess(child).forEach((pid) => pids.add(pid)), 500);
      const [code] = (await once(child, 'close')) as [number];
      clearInterval(watching);
      expect(output.text).toContain('each decision followed its fact');
      expect(code).toBe(0);
      const result = JSON.parse(output.text.trim().split('\n').at(-1) ?? '') as unknown;
      expect(result).toEqual({
        tenant: { id: '00000000-0000-0000-0000-000000000001', slug: 'acme', status: 'active' },
        saga: {
          id: expect.any(String),
          steps: ['identity', 'database', 'route', 'dns', 'activate', 'sign', 'invite-admin'].map(
            (name) => ({ name, ms: expect.any(Number) }),
          ),
        },
        facts: { committed: expect.any(Number), applied: expect.any(Number) },
        appliedMs: { p50: expect.any(Number), p99: expect.any(Number) },
        afterKill: { decisions: 1_000_000, wrong: 0, p99Us: expect.any(Number) },
      });
      const { facts } = result as { facts: { committed: number; applied: number } };
      expect(facts.applied).toBe(facts.committed);
      await gone([...pids]);
    },
    WITHIN_MS,
  );

  test(
    'Ctrl-C in the middle leaves no process behind',
    async () => {
      const { child, output } = startDemo();
      await eventually(() => expect(output.text).toContain('Provisioning acme'), {
        withinMs: WITHIN_MS,
      });
      const pids = everyProcess(child);
      expect(pids.length).toBeGreaterThan(6);
      child.kill('SIGINT');
      await once(child, 'close');
      await gone(pids);
    },
    WITHIN_MS,
  );

  test('an unknown option is a sentence and exit code 2', async () => {
    const { child, output } = startDemo('--twice');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(2);
    expect(output.text).toContain('--twice');
    expect(output.text).not.toContain('    at ');
  });
});
