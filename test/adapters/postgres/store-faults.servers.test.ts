import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createStore, type PostgresStore } from '../../../adapters/postgres/store.ts';
import {
  provisionRequest,
  registryDatabase,
  SEALING_KEY,
  type RegistryDatabase,
} from './registry-database.ts';

let registry: RegistryDatabase;
let proxy: Server;
let store: PostgresStore;
const sockets = new Set<Socket>();
/** Called with what the store sends: cut before Postgres gets it, or before its answer arrives? */
let cutAt: (bytes: Buffer) => 'before' | 'after' | undefined = () => undefined;

beforeAll(async () => {
  registry = await registryDatabase();
  const target = new URL(registry.databaseUrl);
  proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    sockets.add(client).add(server);
    client.on('error', () => undefined);
    server.on('error', () => undefined);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    server.pipe(client);
    client.on('data', (bytes) => {
      const cut = cutAt(bytes);
      if (cut === undefined) return server.write(bytes);
      if (cut === 'before') return client.destroy();
      server.unpipe(client);
      server.once('data', () => client.destroy()).resume(); // it was done, the answer is lost
      return server.write(bytes);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const through = new URL(registry.databaseUrl);
  through.port = String((proxy.address() as AddressInfo).port);
  store = createStore({ databaseUrl: through.href, role: 'tenure_api', sealingKey: SEALING_KEY });
});
afterAll(async () => {
  await store.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
  await registry.close();
});

const at = (text: string, when: 'before' | 'after') => {
  cutAt = (bytes) => {
    if (!bytes.includes(text)) return undefined;
    cutAt = () => undefined;
    return when;
  };
};

test('lost before COMMIT: nothing was done, and the code says so', async () => {
  const request = provisionRequest();
  at('insert into tenants', 'before');
  await expect(store.operations.accept(request)).rejects.toMatchObject({
    name: 'StoreError',
    code: 'store-unavailable',
  });
  expect((await store.operations.accept(request)).outcome).toBe('accepted');
});

test.each(['before', 'after'] as const)(
  'lost %s Postgres had COMMIT: unknown, and repeating it makes it exactly once',
  async (when) => {
    const request = provisionRequest();
    at('commit', when);
    await expect(store.operations.accept(request)).rejects.toMatchObject({
      code: 'store-unknown',
    });
    const again = await store.operations.accept(request);
    expect(again).toMatchObject({
      outcome: when === 'before' ? 'accepted' : 'replayed',
      operation: { id: request.operation.id },
    });
  },
);

test('connections that died while idle are replaced', async () => {
  await store.probe.probe();
  for (const socket of sockets) socket.destroy();
  const ask = async () => store.operations.findOperation(randomUUID());
  // The pool may notice a death only when it uses the connection.
  await ask().catch(() => undefined);
  expect(await ask()).toBeUndefined();
});

test('no server at all: unavailable', async () => {
  const nowhere = new URL(registry.databaseUrl);
  nowhere.port = '1';
  const { href } = nowhere;
  const lost = createStore({ databaseUrl: href, role: 'tenure_api', sealingKey: SEALING_KEY });
  await expect(lost.probe.probe()).rejects.toMatchObject({ code: 'store-unavailable' });
  await lost.close();
});

test('a secret does not open with another key, nor in another place', async () => {
  const tenant = randomUUID();
  const { databaseUrl, worker, admin } = registry;
  await worker.secrets.put(tenant, 'token', 'v1');
  await worker.secrets.put(tenant, 'token', 'v2');
  expect(await worker.secrets.find(tenant, 'token')).toBe('v2');
  expect(await worker.secrets.find(tenant, 'none')).toBeUndefined();
  const sealingKey = new Uint8Array(32).fill(9);
  const other = createStore({ databaseUrl, role: 'tenure_worker', sealingKey });
  await expect(other.secrets.find(tenant, 'token')).rejects.toThrow('does not open');
  await other.close();
  await admin.query(`update secrets set name = 'moved' where tenant = $1`, [tenant]);
  await expect(worker.secrets.find(tenant, 'moved')).rejects.toThrow('does not open');
  const { rows } = await admin.query<{ text: string }>(
    `select encode(sealed, 'escape') as text from secrets where tenant = $1`,
    [tenant],
  );
  expect(rows[0]?.text).not.toContain('v2');
  await worker.secrets.removeAll(tenant);
  await worker.secrets.removeAll(tenant);
  expect(await worker.secrets.find(tenant, 'moved')).toBeUndefined();
});
