import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../../../adapters/memory/faults.ts';
import { createMemoryIdentity } from '../../../adapters/memory/identity.ts';
import { aCall } from '../../contracts/a-call.ts';
import { anIdentityProvider, anIdentityRequest } from '../../contracts/identity.ts';

const issuerBase = 'https://id.saas.test';
const unknown = { code: 'unknown', port: 'identity' };
let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tenure-memory-'));
  file = join(dir, 'identity');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('embedded identities answer the same after a restart', async () => {
  const [request, call] = [anIdentityRequest(), aCall()];
  const made = await createMemoryIdentity({ issuerBase, file }).identity.ensure(request, call);
  const after = createMemoryIdentity({ issuerBase, file });
  expect(await after.identity.ensure(request, call)).toEqual(made);
  expect(after.find(request.slug)?.owner).toEqual(call.owner);
});

test('neither an address nor a secret is in the file', async () => {
  const provider = anIdentityProvider('corp');
  const request = anIdentityRequest({ identityProviders: [provider] });
  await createMemoryIdentity({ issuerBase, file }).identity.ensure(request, aCall());
  const kept = readFileSync(file, 'utf8');
  expect(kept).toContain('corp');
  expect(kept).not.toContain(request.adminEmail);
  expect(kept).not.toContain(provider.clientSecret);
});

test('the invite link leads to the front end of the tenant', async () => {
  const [request, call] = [anIdentityRequest(), aCall()];
  const { identity, mailCatcher } = createMemoryIdentity({ issuerBase });
  await identity.ensure(request, call);
  const waiting = mailCatcher.findLink(request.adminEmail.toUpperCase(), call.signal);
  await identity.inviteAdmin(request, call);
  expect((await waiting)?.startsWith(`${request.origin}/welcome?invite=`)).toBe(true);
});

test('an effect is lost, lands without its reply, or lands late, as its fault says', async () => {
  const request = anIdentityRequest();
  const late: (() => void)[] = [];
  const faults: Fault[] = [
    { kind: 'lost' },
    { kind: 'late', land: (effect) => late.push(effect) },
    { kind: 'reply-lost' },
  ];
  const { identity, find } = createMemoryIdentity({ issuerBase, faults: () => faults.shift() });
  const call = aCall();
  await expect(identity.ensure(request, call)).rejects.toMatchObject(unknown);
  expect(find(request.slug)).toBeUndefined();
  await expect(identity.ensure(request, call)).rejects.toMatchObject(unknown);
  expect(find(request.slug)).toBeUndefined();
  late.forEach((effect) => effect());
  expect(find(request.slug)?.owner).toEqual(call.owner);
  await expect(identity.remove(request.slug, call)).rejects.toMatchObject(unknown);
  expect(find(request.slug)).toBeUndefined();
});
