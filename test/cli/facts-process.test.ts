import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { TOKEN } from '../sdk/support/fake-registry.ts';
import { ACME } from '../sdk/support/tenants.ts';
import { ROOT_KEY } from '../sdk/support/log-writer.ts';
import { FactsFixture } from './facts-fixture.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

let fixture: FactsFixture;
beforeEach(async () => {
  fixture = await FactsFixture.start();
});
afterEach(() => fixture.stop());

function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      ...{ TENURE_URL: fixture.url, TENURE_ROOT: ROOT_KEY, READER_TOKEN: TOKEN },
      NODE_NO_WARNINGS: '1',
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, said: () => said, closed: once(child, 'close') };
}

test('Ctrl-C ends a tail with 0', async () => {
  const { child, said, closed } = start('facts', 'tail', '--shard', '05');
  await eventually(() => expect(said()).toContain('caught up'), { withinMs: 10_000 });
  child.kill('SIGINT');
  expect(await closed).toEqual([0, null]);
});

test('lines that are piped in are verified', async () => {
  const { child, said, closed } = start('facts', 'verify', '-');
  child.stdin.end(`${fixture.lines().join('\n')}\n`);
  expect(await closed).toEqual([0, null]);
  expect(said()).toContain('6, every one verified');
});

test('a bad line ends verify though more could come through the pipe', async () => {
  const { child, said, closed } = start('facts', 'verify', '-');
  child.stdin.write('x\n');
  expect(await closed).toEqual([1, null]);
  expect(said()).toContain('line 1: line-malformed');
});

test('Ctrl-C ends a plane that waits for questions with 0', async () => {
  const { child, said, closed } = start('plane');
  const issuer = 'https://id.example/realms/acme';
  const question = { issuer, sub: 'jane', permission: 'invoice:read', tenant: ACME };
  child.stdin.write(`${JSON.stringify(question)}\n`);
  await eventually(() => expect(said()).toContain('"granted"'), { withinMs: 10_000 });
  child.kill('SIGINT');
  expect(await closed).toEqual([0, null]);
});
