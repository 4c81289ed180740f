import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StepProgress } from '../../domain/operation.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const STEPS = ['identity', 'database', 'activate'];

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

function run(file: string, ...args: string[]): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path(file), ...args], {
      env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR, NODE_NO_WARNINGS: '1' },
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.on('close', (code) => resolve({ code, out }));
  });
}

/** Step after step is done, one more at each time that the saga is asked. */
function advance(): void {
  let done = 0;
  const { engine, registry } = api;
  engine.onStart = (operation) => {
    Object.defineProperty(engine, 'live', {
      get: () => {
        const steps = STEPS.map((name, at): StepProgress => {
          if (at < done) return { name, state: 'done', startedAtMs: 0, endedAtMs: 5 };
          return { name, state: at === done ? 'running' : 'pending' };
        });
        done += 1;
        if (done > STEPS.length) registry.activate(operation, steps);
        const over = done > STEPS.length;
        return {
          state: over ? 'done' : 'running',
          step: over ? undefined : STEPS[done - 1],
          reason: undefined,
          attempts: 1,
          steps,
        };
      },
    });
  };
}

test('create --wait shows each step as it is done, with its time', async () => {
  advance();
  const { code, out } = await run(
    '../../cli/main.ts',
    ...'tenants create acme --admin a@b.example --wait'.split(' '),
  );
  expect([out, code]).toEqual([out, 0]);
  for (const name of STEPS) expect(out).toContain(`${name}  5 ms`);
  expect(out).toMatch(/state +active/);
});

test('bin/tenure starts the same program', async () => {
  const { code, out } = await run('../../cli/tenure.js', '--help');
  expect([code, out]).toEqual([0, expect.stringContaining('Start here:')]);
});
