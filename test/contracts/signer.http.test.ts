import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSigner } from '../../facts/crypto/sign.ts';
import { createHttpSigner } from './http-signer.ts';
import { signerContract } from './signer.ts';

const TOKEN = 'of-the-sequencer';
const key = createSigner(new Uint8Array(32).fill(8));

/** A key service of ten lines: it tells the public key and signs, and never gives the key away. */
let service: Server;
let sign: (message: Uint8Array) => Uint8Array = key.sign;
beforeAll(async () => {
  service = createServer(async (request, response) => {
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    if (!isKnown) response.writeHead(401).end();
    else if (request.url === '/keys/fact/public-key') response.end(key.publicKey);
    else response.end(sign(await buffer(request)));
  });
  await new Promise<void>((resolve) => {
    service.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => {
  service.closeAllConnections();
  service.close();
});

const keyUrl = () => `http://127.0.0.1:${(service.address() as AddressInfo).port}/keys/fact`;

signerContract('a key service over HTTP', () => createHttpSigner(keyUrl(), TOKEN));

test('a signer rejects what it cannot sign, so that nothing is published', async () => {
  await expect(createHttpSigner(keyUrl(), 'another')).rejects.toThrow('answers 401');
  const signer = await createHttpSigner(keyUrl(), TOKEN);
  sign = () => new Uint8Array(3);
  await expect(signer.sign(new Uint8Array())).rejects.toThrow('3 bytes');
});

test('the page shows the signer that runs here', () => {
  const page = readFileSync(
    new URL('../../docs/how-to/write-a-signer.md', import.meta.url),
    'utf8',
  );
  const sample = readFileSync(new URL('./http-signer.ts', import.meta.url), 'utf8');
  expect(page).toContain(sample.trimEnd());
});
