import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { createLibsqlNamespaces } from '../../../adapters/libsql/adapter.ts';
import { openDirectory } from '../../../adapters/libsql/directory.ts';
import { openLibsqlServer } from '../../../adapters/libsql/server.ts';
import { getAndStart } from '../../../tools/servers/registry.ts';
import type { Server } from '../../../tools/servers/registry.ts';
import { quiet } from '../../../tools/servers/progress.ts';
import { aCall, ofAnotherRegistry } from '../../contracts/a-call.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
let libsql: Server<'libsql'>;
beforeAll(async () => {
  // The server reads it from its environment, which it inherits.
  process.env['SQLD_AUTH_JWT_KEY'] = publicKey.export({ format: 'jwk' }).x;
  libsql = await getAndStart('libsql', quiet);
});
afterAll(async () => {
  delete process.env['SQLD_AUTH_JWT_KEY'];
  await libsql?.stop();
});

/** EdDSA token with all rights, as libSQL's server takes it. */
function aToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part({ a: 'rw' })}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

const accessWith = (authToken?: string) => ({
  adminUrl: libsql.adminUrl,
  baseUrl: libsql.url,
  ...(authToken && { authToken }),
});

test('a server that wants tokens takes ours and forbids others, also to the probe', async () => {
  const call = aCall();
  const ours = createLibsqlNamespaces(accessWith(aToken()));
  await ours.probe(call.signal);
  await ours.ensure(call);
  for (const token of [undefined, 'no.good.token']) {
    const others = createLibsqlNamespaces(accessWith(token));
    await expect(others.probe(call.signal)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(others.ensure(call)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(others.remove(call)).rejects.toMatchObject({ code: 'forbidden' });
  }
  expect(await ours.inventory(call.signal)).toHaveLength(1);
  await ours.remove(call);
  expect(await ours.inventory(call.signal)).toEqual([]);
});

test('what another registry’s crash left is listed as theirs, made or half made', async () => {
  const theirs = ofAnotherRegistry(aCall());
  const access = accessWith(aToken());
  const server = openLibsqlServer(access);
  const name = `tenant-${theirs.owner.tenant}`;
  await openDirectory(server).add(name, theirs.owner, theirs.signal);
  await server.createNamespace(name, theirs.signal);
  const databases = createLibsqlNamespaces(access);
  const items = [{ name, owner: theirs.owner }];
  expect(await databases.inventory(theirs.signal)).toEqual(items);
  await databases.ensure(theirs);
  expect(await databases.inventory(theirs.signal)).toEqual(items);
  await databases.remove(theirs);
});

test('what a crash left is listed as ours if it is there and not if it never came', async () => {
  const [empty, never] = [aCall(), aCall()];
  const access = accessWith(aToken());
  const server = openLibsqlServer(access);
  const directory = openDirectory(server);
  await directory.add(`tenant-${never.owner.tenant}`, never.owner, never.signal);
  await directory.add(`tenant-${empty.owner.tenant}`, empty.owner, empty.signal);
  await server.createNamespace(`tenant-${empty.owner.tenant}`, empty.signal);
  const databases = createLibsqlNamespaces(access);
  const { owner } = empty;
  expect(await databases.inventory(empty.signal)).toEqual([
    { name: `tenant-${owner.tenant}`, owner },
  ]);
  await databases.remove(empty);
  await databases.remove(never);
  expect(await directory.list(empty.signal)).toEqual([]);
});
