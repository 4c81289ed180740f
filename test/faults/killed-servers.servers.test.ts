import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bootstrapServiceClient } from '../../adapters/keycloak/bootstrap.ts';
import { createKeycloakRealms } from '../../adapters/keycloak/realm.ts';
import type { KeycloakConfig } from '../../adapters/keycloak/config.ts';
import { freePort } from '../../tools/servers/ports.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { getAndStart, type Server } from '../../tools/servers/registry.ts';
import { keepSecrets } from '../adapters/keycloak/secrets.ts';
import { eventually } from '../support/eventually.ts';
import { startLinkedStack, type LinkedStack } from '../support/faults/linked-stack.ts';
import { expectPlaneEqual, reached, requestTenant, sagaOf } from '../support/faults/provisioned.ts';
import type { Saga } from '../support/faults/provisioned.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';

const SETUP_WITHIN_MS = 400_000;
/**
 * So that an outage of Keycloak parks the saga while a test looks; a busy machine makes a realm in
 * less, or the third stop would wait for a person.
 */
const RETRY_BUDGET_S = '20';

/*
 * Each server dies by SIGKILL while a realm is being made in a real Keycloak, and comes back: the
 * saga retries or parks, and ends active; outside and registry agree both ways.
 */
let keycloak: Server<'keycloak'>;
let config: KeycloakConfig;
let stack: LinkedStack;

beforeAll(async () => {
  keycloak = await getAndStart('keycloak', quiet);
  const { url, adminUser, adminPassword } = keycloak;
  const client = { clientId: 'tenure', clientSecret: randomUUID() };
  await bootstrapServiceClient({ adminUrl: url, adminUser, adminPassword, ...client });
  const at = { adminUrl: url, issuerBase: url, realm: 'master', poolRealm: 'pool' };
  config = { ...at, ...client, loginCallback: `${url}/callback`, smtp: undefined };
  stack = await startLinkedStack({
    environment: {
      KEYCLOAK_ADMIN_URL: url,
      KEYCLOAK_CLIENT_ID: client.clientId,
      KEYCLOAK_CLIENT_SECRET: client.clientSecret,
      SAGA_RETRY_BUDGET_S: RETRY_BUDGET_S,
      MAIL_CATCHER_ADDR: `127.0.0.1:${await freePort()}`,
    },
  });
}, SETUP_WITHIN_MS);
afterAll(async () => {
  await stack?.stop();
  await keycloak?.stop();
}, SETUP_WITHIN_MS);

/** Asks for a tenant and returns when its realm is being made. */
async function makingARealm(): Promise<Saga> {
  const saga = await requestTenant(stack);
  await eventually(() => isMakingARealm(saga), {
    ...{ withinMs: 30_000, what: 'the realm is being made' },
  });
  return saga;
}

async function isMakingARealm(saga: Saga): Promise<boolean> {
  const { steps } = await sagaOf(stack, saga);
  return steps.find(({ name }) => name === 'identity')?.state === 'running';
}

async function endsActive(saga: Saga): Promise<void> {
  expect((await reached(stack, saga, 'done', 'unwound')).state).toBe('done');
  const realms = createKeycloakRealms(config, keepSecrets());
  await expectCleanSlate(stack.slate({ identity: { silo: realms, pool: realms } }));
  await expectPlaneEqual(stack, saga.tenant);
}

test.each(['temporal', 'postgres', 'nats'] as const)(
  '%s killed while the realm is made: the tenant becomes active, all is there once',
  async (name) => {
    const saga = await makingARealm();
    await stack[name].kill('SIGKILL');
    await stack[name].restart();
    await endsActive(saga);
  },
);

test('Keycloak killed while it makes the realm: the saga parks, then becomes active', async () => {
  let saga = await makingARealm();
  await keycloak.kill('SIGSTOP');
  // Where the machine was slow the realm was made before it stopped: another one.
  while (!(await isMakingARealm(saga))) {
    await keycloak.kill('SIGCONT');
    saga = await makingARealm();
    await keycloak.kill('SIGSTOP');
  }
  await keycloak.kill('SIGKILL');
  const parked = await reached(stack, saga, 'parked');
  expect(parked.reason).toMatchObject({ step: 'identity', code: 'identity.unavailable' });
  await keycloak.restart();
  await endsActive(saga);
});
