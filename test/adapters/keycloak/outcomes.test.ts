import { afterAll, describe, expect, test } from '@jest/globals';
import { createKeycloakAdmin } from '../../../adapters/keycloak/admin.ts';
import { formatMark } from '../../../adapters/keycloak/mark.ts';
import { createKeycloakRealms } from '../../../adapters/keycloak/realm.ts';
import { createServiceToken } from '../../../adapters/keycloak/token.ts';
import { aCall } from '../../contracts/a-call.ts';
import { anIdentityRequest } from '../../contracts/identity.ts';
import { startFakeKeycloak } from './fake-keycloak.ts';
import type { Answers } from './fake-keycloak.ts';
import { keepSecrets } from './secrets.ts';

const running: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(running.map((fake) => fake.close())));

async function aFake(answers: Answers, tokenLifeS?: number) {
  const fake = await startFakeKeycloak(answers, tokenLifeS);
  running.push(fake);
  return { ...fake, realms: createKeycloakRealms(fake.config, keepSecrets()) };
}

const absent = { status: 404, body: { error: 'Realm not found.' } };
const never = new AbortController().signal;
/** Nothing is there, and every creation ends like this. */
const creationEnds =
  (end: ReturnType<Answers>): Answers =>
  (method) =>
    method === 'POST' ? end : absent;

describe('the token of the service client', () => {
  test('is fetched once for many calls at once', async () => {
    const fake = await aFake(() => ({ status: 200, body: {} }));
    const admin = createKeycloakAdmin(fake.config);
    const calls = Array.from({ length: 30 }, () =>
      admin.request(never, 'a look', (client) => client.realms.findOne({ realm: 'acme' })),
    );
    await Promise.all(calls);
    expect(fake.requests).toHaveLength(30);
    expect(fake.tokens()).toBe(1);
  });

  test('is renewed ten seconds before it ends', async () => {
    const fake = await aFake(() => absent, 60);
    let nowMs = 0;
    const token = createServiceToken(fake.config, () => nowMs);
    expect(await token.get(never)).toBe('token-1');
    nowMs = 49_999;
    expect(await token.get(never)).toBe('token-1');
    nowMs = 50_000;
    expect(await token.get(never)).toBe('token-2');
  });

  test('is renewed once after a 401', async () => {
    const fake = await aFake((_, __, token) => ({ status: token === 'token-1' ? 401 : 200 }));
    const admin = createKeycloakAdmin(fake.config);
    const look = () =>
      admin.request(never, 'a look', (client) => client.realms.findOne({ realm: 'acme' }));
    await expect(look()).resolves.toBeDefined();
    expect(fake.tokens()).toBe(2);
  });

  test('a 401 with a new token too is forbidden', async () => {
    const fake = await aFake(() => ({ status: 401 }));
    const { probe } = createKeycloakAdmin(fake.config);
    await expect(probe(never)).rejects.toMatchObject({ code: 'forbidden' });
    expect(fake.requests).toHaveLength(2);
  });
});

// They wait for what a race would decide, so they wait together.
describe('the creation of a realm', () => {
  test.concurrent('stops with the call, and says that the outcome is unknown', async () => {
    const controller = new AbortController();
    const fake = await aFake((method) => {
      if (method !== 'POST') return absent;
      controller.abort();
      return 'silent';
    });
    const made = fake.realms.ensure(anIdentityRequest(), aCall({}, controller.signal));
    await expect(made).rejects.toMatchObject({ code: 'unknown' });
  });

  test.concurrent('is unknown when the connection is cut', async () => {
    const fake = await aFake(creationEnds('cut'));
    const made = fake.realms.ensure(anIdentityRequest(), aCall());
    await expect(made).rejects.toMatchObject({ code: 'unknown' });
  });

  test.concurrent.each([
    [403, 'forbidden'],
    [429, 'unavailable'],
    [502, 'unknown'],
    [503, 'unavailable'],
  ])('answered with %i is %s', async (status, code) => {
    const fake = await aFake(creationEnds({ status, body: { error: 'no' } }));
    const made = fake.realms.ensure(anIdentityRequest(), aCall());
    await expect(made).rejects.toMatchObject({ code });
    expect(fake.requests.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  test.concurrent('answered with 400 is invalid once no realm of that name shows', async () => {
    const fake = await aFake(creationEnds({ status: 400, body: { errorMessage: 'bad policy' } }));
    const made = fake.realms.ensure(anIdentityRequest(), aCall());
    await expect(made).rejects.toMatchObject({ code: 'invalid' });
  });

  test.concurrent('answered with 400 by a database that lost a race is unknown', async () => {
    const body = { errorMessage: 'Database operation failed' };
    const fake = await aFake(creationEnds({ status: 400, body }));
    const made = fake.realms.ensure(anIdentityRequest(), aCall());
    await expect(made).rejects.toMatchObject({ code: 'unknown' });
  });

  test.concurrent('answered with 500 is tried three times, Keycloak answering in between', async () => {
    const fake = await aFake(creationEnds({ status: 500, body: { error: 'unknown_error' } }));
    const made = fake.realms.ensure(anIdentityRequest(), aCall());
    await expect(made).rejects.toMatchObject({ code: 'invalid' });
    expect(fake.requests.filter((line) => line.startsWith('POST'))).toHaveLength(3);
  });

  test.concurrent('is invalid when the tenant has a realm of another name', async () => {
    const call = aCall();
    const fake = await aFake((method, path) => {
      if (method === 'POST') return { status: 409, body: { errorMessage: 'Duplicate' } };
      const list = [{ id: call.owner.tenant, realm: 'other' }];
      return /^\/admin\/realms\/?$/u.test(path) ? { status: 200, body: list } : absent;
    });
    const made = fake.realms.ensure(anIdentityRequest(), call);
    await expect(made).rejects.toMatchObject({ code: 'invalid' });
  });

  test.concurrent('says nothing of persons', async () => {
    const request = anIdentityRequest();
    const fake = await aFake(creationEnds({ status: 502, body: { error: request.adminEmail } }));
    const error = await fake.realms.ensure(request, aCall()).catch((caught: unknown) => caught);
    expect(String(error)).not.toContain(request.adminEmail);
  });
});

describe('the removal of a realm', () => {
  test.concurrent('of which nothing but a stub shows touches nothing', async () => {
    const fake = await aFake(() => ({ status: 200, body: { realm: 'acme' } }));
    await fake.realms.remove('acme', aCall());
    expect(new Set(fake.requests)).toEqual(new Set(['GET /admin/realms/acme']));
  });

  test.concurrent('that leaves it there is unknown', async () => {
    const call = aCall();
    const mine = { id: call.owner.tenant, attributes: formatMark(call.owner) };
    const fake = await aFake((method) =>
      method === 'DELETE' ? { status: 500 } : { status: 200, body: mine },
    );
    const removed = fake.realms.remove('acme', call);
    await expect(removed).rejects.toMatchObject({ code: 'unknown' });
  });
});
