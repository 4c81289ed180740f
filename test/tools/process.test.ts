import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerError } from '../../tools/servers/errors.ts';
import { freePort, isFree, onFreePorts } from '../../tools/servers/ports.ts';
import { expectListening } from '../../tools/servers/probe.ts';
import { isAlive } from '../../tools/servers/process-tree.ts';
import { startProcess } from '../../tools/servers/process.ts';
import { eventually } from '../support/eventually.ts';

// A server whose child would outlive it; both write their process ids, neither heeds SIGTERM.
const STUBBORN = `
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
process.on('SIGTERM', () => undefined);
const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
  detached: true, stdio: 'ignore',
});
writeFileSync('pids', [process.pid, child.pid].join(' '));
require('node:net').createServer().listen(Number(process.argv[1]), '127.0.0.1');
`;

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tenure-process-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a server that ends early is an error with the tail of its log', async () => {
  const starting = startNode("console.log('disk on fire'); process.exit(3)");
  await expect(starting).rejects.toMatchObject({
    code: 'exited',
    message: 'Node ended with code 3 before it was ready; its log ends:\ndisk on fire',
  });
});

test('a server that never answers is ended and is an error with why and its log', async () => {
  const script = `
    require('node:fs').writeFileSync('pids', String(process.pid));
    console.log('still thinking');
    setInterval(() => undefined, 1000);`;
  const starting = startNode(script, { readyWithinMs: 6_000 });
  await expect(starting).rejects.toMatchObject({
    code: 'not-ready',
    message: expect.stringMatching(/not ready within 6 s \(.*ECONNREFUSED.*\nstill thinking$/s),
  });
  expect(pids().filter(isAlive)).toEqual([]);
});

test('a command that is not there is an error that names it', async () => {
  const starting = startNode('', { command: '/no/such/server' });
  await expect(starting).rejects.toThrow('Node could not be started: /no/such/server');
});

test('SIGKILL ends the descendants too, a restart brings them back on the same port', async () => {
  const port = await freePort();
  const server = await startNode(STUBBORN, { port });
  try {
    const before = pids();
    expect(before.filter(isAlive)).toHaveLength(2);
    await server.kill('SIGKILL');
    expect(before.filter(isAlive)).toEqual([]);
    await server.restart();
    await expectListening('127.0.0.1', port);
    expect(pids()).not.toEqual(before);
  } finally {
    await server.kill('SIGKILL');
    await server.stop();
  }
});

test('a paused server is stopped all the same', async () => {
  const server = await startNode('setInterval(() => undefined, 1000)', { probe: async () => {} });
  await server.kill('SIGSTOP');
  await server.stop();
});

test('nothing outlives a starting process that is killed, not even what ignores SIGTERM', async () => {
  const port = await freePort();
  const temporary = join(dir, 'temporary');
  const parent = spawn(process.execPath, [
    startingProcess(),
    dir,
    String(port),
    temporary,
    STUBBORN,
  ]);
  await eventually(() => expectListening('127.0.0.1', port));
  const started = pids();
  expect(started.filter(isAlive)).toHaveLength(2);
  expect(existsSync(temporary)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => started.filter(isAlive).length === 0 && !existsSync(temporary));
});

test('free ports are tried anew when somebody takes one meanwhile', async () => {
  const tried: number[] = [];
  const answer = await onFreePorts(['port'], {}, async ({ port }) => {
    tried.push(port);
    if (tried.length < 3) throw new ServerError('port-taken', 'too late');
    return port;
  });
  expect(tried).toHaveLength(3);
  expect(answer).toBe(tried[2]);
});

test('a port that was asked for and is taken is an error', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  await eventually(() => isFree(port).then((free) => !free));
  try {
    const script = `require('node:net').createServer().listen(${port}, '127.0.0.1')`;
    const starting = onFreePorts(['port'], { port }, () => startNode(script, { port: 1 }));
    await expect(starting).rejects.toMatchObject({ code: 'port-taken' });
  } finally {
    other.close();
  }
});

type Options = {
  command?: string;
  port?: number;
  readyWithinMs?: number;
  probe?: () => Promise<void>;
};

async function startNode(script: string, options: Options = {}) {
  const port = options.port ?? (await freePort());
  return startProcess({
    name: 'Node',
    command: options.command ?? process.execPath,
    args: ['-e', script, String(port)],
    logFile: join(dir, 'log'),
    dataDir: { path: dir, discard: () => undefined },
    probe: options.probe ?? (() => expectListening('127.0.0.1', port)),
    readyWithinMs: options.readyWithinMs ?? 10_000,
  });
}

function pids(): number[] {
  return readFileSync(join(dir, 'pids'), 'utf8').split(' ').map(Number);
}

/** A program that starts the stubborn server and then waits for ever. */
function startingProcess(): string {
  const tools = (file: string) =>
    JSON.stringify(fileURLToPath(new URL(`../../tools/servers/${file}`, import.meta.url)));
  const file = join(dir, 'parent.ts');
  writeFileSync(
    file,
    `import { mkdirSync } from 'node:fs';
    import { startProcess } from ${tools('process.ts')};
    import { watchTemporary } from ${tools('watchdog.ts')};
    const [, , path, port, temporary, script] = process.argv;
    mkdirSync(temporary);
    watchTemporary(temporary);
    await startProcess({
      name: 'Node', command: process.execPath, args: ['-e', script, port],
      logFile: path + '/log', dataDir: { path, discard: () => undefined },
      probe: async () => undefined, readyWithinMs: 1000,
    });
    setInterval(() => undefined, 1000);`,
  );
  return file;
}
