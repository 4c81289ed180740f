import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { MemberAnswer } from '../../tools/demo/registry-client.ts';
import { quiet } from '../../tools/servers/progress.ts';
import * as toxiproxy from '../../tools/servers/toxiproxy.ts';
import { aKeycloak } from '../adapters/keycloak/subject.ts';
import { eventually } from '../support/eventually.ts';
import { startLinkedStack, type LinkedStack } from '../support/faults/linked-stack.ts';
import { reached, requestTenant, type Saga } from '../support/faults/provisioned.ts';

const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
/** DESIGN 9, I5: every reader's state equals the registry's by then. */
const APPLIED_WITHIN_MS = 60_000;

let keycloak: Awaited<ReturnType<typeof aKeycloak>>;
let proxies: toxiproxy.ToxiproxyServer;
let toKeycloak: toxiproxy.Proxy;
let stack: LinkedStack;

/** The registry's processes on a real Keycloak, and a plane in a process of its own. */
beforeAll(async () => {
  keycloak = await aKeycloak();
  const { adminUrl, clientId, clientSecret, poolRealm } = keycloak.config;
  proxies = await toxiproxy.start({ paths: await toxiproxy.get(quiet) });
  toKeycloak = await proxies.proxy(randomUUID(), new URL(adminUrl).host);
  stack = await startLinkedStack({
    environment: {
      KEYCLOAK_ADMIN_URL: `http://${toKeycloak.host}:${toKeycloak.port}`,
      KEYCLOAK_ISSUER: adminUrl,
      KEYCLOAK_CLIENT_ID: clientId,
      KEYCLOAK_CLIENT_SECRET: clientSecret,
      KEYCLOAK_POOL_REALM: poolRealm,
      SMTP_HOST: keycloak.catcher.host,
      SMTP_PORT: String(keycloak.catcher.port),
      SMTP_SECURITY: 'none',
    },
  });
}, SETUP_WITHIN_MS);

afterAll(async () => {
  await stack?.stop();
  await proxies?.stop();
  await keycloak?.catcher.close();
}, SETUP_WITHIN_MS);

async function ownerOf(tenant: string): Promise<{ issuer: string; sub: string }> {
  const path = `/v1/tenants/${tenant}/members`;
  const { members } = await stack.client.call<{ members: MemberAnswer[] }>('GET', path);
  const identity = members[0]?.identity;
  if (!identity) throw new Error('the first admin has no identity');
  return identity;
}

async function change(tenant: string, verb: 'cancel' | 'unfreeze'): Promise<Saga> {
  const body = verb === 'cancel' ? { reason: 'abuse' } : undefined;
  const path = `/v1/tenants/${tenant}/${verb}`;
  return (await stack.client.call<{ saga: Saga }>('POST', path, body)).saga;
}

test(
  'a plane denies all of a frozen tenant in time, while Keycloak is down, and no other’s',
  async () => {
    const [frozen, other] = [await requestTenant(stack), await requestTenant(stack)];
    for (const saga of [frozen, other]) await reached(stack, saga, 'done');
    const may = async ({ tenant }: Saga) => {
      const identity = await ownerOf(tenant);
      return () => stack.plane.can({ identity, permission: 'tenant:update', tenant });
    };
    const [mayFrozen, mayOther] = [await may(frozen), await may(other)];
    const becomes = (allowed: boolean) =>
      eventually(async () => expect(await mayFrozen()).toMatchObject({ allowed }), {
        ...{ withinMs: APPLIED_WITHIN_MS, what: 'the plane has the fact' },
      });
    await becomes(true);

    await toKeycloak.cut();
    const freeze = await change(frozen.tenant, 'cancel');
    await becomes(false);
    expect(await mayFrozen()).toMatchObject({ reason: 'tenant-inactive' });
    expect(await mayOther()).toMatchObject({ allowed: true });
    // It was the fact alone: outside nothing could be closed yet.
    const { steps } = await stack.client.call<Saga>('GET', `/v1/sagas/${freeze.id}`);
    expect(steps.find(({ name }) => name === 'identity')?.state).not.toBe('done');
    const client = await keycloak.signedIn();
    const path = `/v1/tenants/${frozen.tenant}`;
    const { slug: realm } = await stack.client.call<{ slug: string }>('GET', path);
    expect((await client.realms.findOne({ realm }))?.enabled).toBe(true);

    await toKeycloak.mend();
    await reached(stack, freeze, 'done');
    const after = await keycloak.signedIn();
    expect((await after.realms.findOne({ realm }))?.enabled).toBe(false);
    expect(await mayFrozen()).toMatchObject({ allowed: false });

    await reached(stack, await change(frozen.tenant, 'unfreeze'), 'done');
    await becomes(true);
    expect(await mayOther()).toMatchObject({ allowed: true });
  },
  TEST_WITHIN_MS,
);
