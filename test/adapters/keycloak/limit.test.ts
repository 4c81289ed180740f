import { expect, test } from '@jest/globals';
import { limitRealmWrites } from '../../../adapters/keycloak/limit.ts';
import { createMemoryIdentity } from '../../../adapters/memory/identity.ts';
import type { IdentityProvider } from '../../../ports/identity-provider.ts';
import { aCall } from '../../contracts/a-call.ts';
import { anIdentityRequest } from '../../contracts/identity.ts';

/** A provider whose writes stay open until the test ends them, oldest first. */
function aSlowProvider() {
  const { identity } = createMemoryIdentity({ issuerBase: 'https://id.test' });
  const open: PromiseWithResolvers<void>[] = [];
  const hold = async () => {
    const write = Promise.withResolvers<void>();
    open.push(write);
    await write.promise;
  };
  const provider: IdentityProvider = {
    ...identity,
    ensure: async (request, call) => {
      await hold();
      return identity.ensure(request, call);
    },
    remove: async (slug, call) => {
      await hold();
      await identity.remove(slug, call);
    },
  };
  return { limited: limitRealmWrites(provider), open };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('four realm writes run at a time, and each that ends lets the next one in', async () => {
  const { limited, open } = aSlowProvider();
  const calls = Array.from({ length: 10 }, (_, at) =>
    at % 2 === 0 ? limited.ensure(anIdentityRequest(), aCall()) : limited.remove('gone', aCall()),
  );
  for (let ended = 0; ended < calls.length; ended += 1) {
    await settled();
    expect(open.length).toBe(Math.min(ended + 4, calls.length));
    open[ended]?.resolve();
  }
  await Promise.all(calls);
});

test('a write that fails gives its place back', async () => {
  const { limited, open } = aSlowProvider();
  const failing = Array.from({ length: 4 }, () => limited.remove('gone', aCall()));
  await settled();
  for (const write of open) write.reject(new Error('broken'));
  for (const result of await Promise.allSettled(failing)) expect(result.status).toBe('rejected');
  const next = limited.remove('gone', aCall());
  await settled();
  open[4]?.resolve();
  await expect(next).resolves.toBeUndefined();
});

test('a call that is stopped while it waits did nothing and takes no place', async () => {
  const { limited, open } = aSlowProvider();
  const first = Array.from({ length: 4 }, () => limited.remove('gone', aCall()));
  const stop = new AbortController();
  const stopped = limited.remove('gone', aCall({}, stop.signal));
  const late = limited.remove('gone', aCall({}, AbortSignal.abort()));
  const last = limited.remove('gone', aCall());
  await settled();
  stop.abort();
  const unavailable = { code: 'unavailable', port: 'identity' };
  await expect(stopped).rejects.toMatchObject(unavailable);
  await expect(late).rejects.toMatchObject(unavailable);
  expect(open).toHaveLength(4);
  open[0]?.resolve();
  await settled();
  expect(open).toHaveLength(5);
  for (const write of open) write.resolve();
  await Promise.all([...first, last]);
});

test('reads, mails and probes do not wait for realm writes', async () => {
  const { limited, open } = aSlowProvider();
  const writes = Array.from({ length: 5 }, () => limited.remove('gone', aCall()));
  await expect(limited.inventory(aCall().signal)).resolves.toEqual([]);
  await expect(limited.probe(aCall().signal)).resolves.toBeUndefined();
  while (open.length < writes.length) {
    for (const write of open) write.resolve();
    await settled();
  }
  open[4]?.resolve();
  await Promise.all(writes);
});
