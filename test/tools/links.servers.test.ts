import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { createProgress } from '../../tools/servers/progress.ts';
import { getAndStart, type Server } from '../../tools/servers/registry.ts';
import type { Proxy } from '../../tools/servers/toxiproxy.ts';

const WORD = 'hello';

let toxiproxy: Server<'toxiproxy'>;
let echo: TcpServer;
let link: Proxy;

beforeAll(async () => {
  toxiproxy = await getAndStart('toxiproxy', createProgress());
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await once(echo.listen(0, '127.0.0.1'), 'listening');
});

afterAll(async () => {
  echo.close();
  await toxiproxy.stop();
});

beforeEach(async () => {
  const { port } = echo.address() as AddressInfo;
  link = await toxiproxy.proxy('echo', `127.0.0.1:${port}`);
});

afterEach(() => link.remove());

test('a link without toxics passes everything', async () => {
  expect((await ask()).answer).toBe(WORD);
});

test('a slow link answers later, and not when mended', async () => {
  await link.addToxic({ type: 'latency', stream: 'downstream', attributes: { latency: 5_000 } });
  expect((await ask()).ms).toBeGreaterThanOrEqual(4_900);
  await link.removeToxics();
  expect((await ask()).ms).toBeLessThan(4_900);
});

test('a cut link refuses, a mended one passes again', async () => {
  await link.cut();
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await link.mend();
  expect((await ask()).answer).toBe(WORD);
});

test('a link can be reset in the middle', async () => {
  await link.addToxic({ type: 'reset_peer', stream: 'downstream', attributes: { timeout: 0 } });
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('a link can be closed after so many bytes', async () => {
  await link.addToxic({ type: 'limit_data', stream: 'downstream', attributes: { bytes: 3 } });
  expect((await ask()).answer).toBe('hel');
});

test('a link can swallow everything and then close', async () => {
  await link.addToxic({ type: 'timeout', stream: 'downstream', attributes: { timeout: 200 } });
  expect((await ask()).answer).toBe('');
});

/** Says a word and gives what comes back, until all of it is there or the link is closed. */
function ask(): Promise<{ answer: string; ms: number }> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(link.port, link.host, () => socket.write(WORD));
    socket.setEncoding('utf8').on('data', (text) => {
      answer += String(text);
      if (answer === WORD) socket.end();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve({ answer, ms: performance.now() - startedAt }));
  });
}
