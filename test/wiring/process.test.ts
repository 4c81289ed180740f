import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const API = fileURLToPath(new URL('../../api/main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the API's entry point with exactly this environment. */
function run(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', API, ...args], {
      env,
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

test('a process with wrong variables says all of them and exits with 1, without a stack', async () => {
  const { code, err } = await run({
    APP_ENV: 'prod',
    ADDR: 'x',
    DATABASE_URL: 'postgres://u:pw1234@db/x',
  });
  expect(code).toBe(1);
  for (const variable of ['ADDR', 'OPERATOR_TOKEN', 'READER_TOKEN', 'SECRETS_KEY'])
    expect(err).toContain(`  ${variable} `);
  expect(err).not.toMatch(/ {4}at |pw1234/);
});

test('--print-config shows what was understood, without secrets, and starts nothing', async () => {
  const { code, out } = await run(
    {
      DATABASE_URL: 'postgres://tenure:hunter22@db:5432/tenure',
      OPERATOR_TOKEN: 'operator-token-9',
    },
    '--print-config',
  );
  expect(code).toBe(0);
  expect(out).toContain('url: postgres://***@db:5432/tenure');
  expect(out).not.toMatch(/hunter22|operator-token-9/);
});

test('a start that fails says why in one sentence and exits with 1', async () => {
  const { code, err } = await run({ ADDR: '192.0.2.1:1' });
  expect(code).toBe(1);
  expect(err).toMatch(/^api cannot start: /);
  expect(err).not.toContain('    at ');
});
