import { randomUUID } from 'node:crypto';
import { RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bootstrapServiceClient } from '../../adapters/keycloak/bootstrap.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptInZone } from '../support/faults/accept-in-zone.ts';
import * as real from '../support/faults/real-outside.ts';
import { switchable } from '../support/faults/switchable.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { createWorld, type World } from '../support/saga-world.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';
import { server } from '../support/servers/server.ts';

const SETUP_WITHIN_MS = 400_000;
const ENDS_WITHIN_MS = 120_000;
const timing = { attemptTimeoutMs: 20_000, retryBudgetMs: 4_000 };
/** A realm must be made within it, on a busy machine too. */
const REALM_BUDGET_MS = 12_000;

/*
 * A real server refuses what we present: the saga parks with step and reason, keeps all that it
 * made, and goes on by itself once a person mended it (DESIGN 5.5).
 */
const outside = switchable(memoryOutside());
let world: World;
beforeAll(async () => {
  world = await createWorld({ timing, outside: outside.ports });
}, SETUP_WITHIN_MS);
afterAll(() => world.close());

const parks = async (operation: Operation, reason: { step: string; code: string }) => {
  const parked = await world.parked(operation, reason, ENDS_WITHIN_MS);
  expect(parked.reason?.message).toMatch(/refuse|allow|credentials/u);
  const states = parked.steps.map(({ name, state }) => [name, state]);
  expect(states).toContainEqual([reason.step, 'parked']);
  const { state } = (await world.api.tenants.findTenant(operation.tenant)) ?? {};
  expect(state).toBe('provisioning');
};

const goesOn = async (operation: Operation) => {
  const ended = await world.ended(operation, ENDS_WITHIN_MS);
  expect({ state: ended.state, reason: ended.reason }).toEqual({ state: 'done', reason: null });
  await expectCleanSlate(world, { tenants: [operation.tenant] });
  await expectReplays(world, operation);
};

test('Keycloak does not know our secret, until an administrator sets it', async () => {
  const keycloak = await real.realKeycloak();
  const { adminUser, adminPassword } = await server('keycloak');
  const clientSecret = randomUUID();
  const realms = keycloak.realms({ clientSecret });
  outside.use({ identity: { silo: realms, pool: realms } });
  const operation = await acceptInZone(world);
  await world.start(operation, { retryBudgetMs: REALM_BUDGET_MS });
  await parks(operation, { step: 'identity', code: 'identity.forbidden' });
  const { adminUrl, clientId } = keycloak.config;
  const client = { adminUrl, clientId, clientSecret };
  await bootstrapServiceClient({ ...client, adminUser, adminPassword });
  await goesOn(operation);
  await keycloak.catcher.close();
});

test('Kubernetes forbids our account everything, until its role is bound', async () => {
  const kubernetes = await real.realKubernetes();
  const { namespace, config, powerlessToken } = kubernetes;
  outside.use({ routes: kubernetes.routes({ token: powerlessToken }) });
  const operation = await acceptInZone(world);
  await world.start(operation);
  await parks(operation, { step: 'route', code: 'routes.forbidden' });
  const rbac = config.makeApiClient(RbacAuthorizationV1Api);
  const metadata = { name: 'tenure', namespace };
  const verbs = ['get', 'list', 'create', 'patch', 'delete'];
  const rules = [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs }];
  await rbac.createNamespacedRole({ namespace, body: { metadata, rules } });
  const apiGroup = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup, kind: 'Role', name: 'tenure' };
  const subjects = [{ apiGroup, kind: 'User', name: 'nobody' }];
  await rbac.createNamespacedRoleBinding({ namespace, body: { metadata, roleRef, subjects } });
  await goesOn(operation);
});

describe('a DNS server refuses our key until the worker is given the right one:', () => {
  const secretOfNobody = Buffer.alloc(32, 1).toString('base64');

  test.each([
    ['TSIG secret wrong', (knot: Knot) => ({ ...knot.tsig, secret: secretOfNobody })],
    ['TSIG key without rights', (knot: Knot) => knot.powerlessTsig],
  ])('%s', async (_, keyOf) => {
    const knot = await real.realKnot();
    outside.use({ dns: knot.dns({ key: keyOf(knot) }) });
    const operation = await acceptInZone(world);
    await world.start(operation);
    await parks(operation, { step: 'dns', code: 'dns.forbidden' });
    outside.use({ dns: knot.dns() });
    await goesOn(operation);
  });

  test('API key of PowerDNS wrong', async () => {
    const powerdns = await real.realPowerDns();
    outside.use({ dns: powerdns.dns({ apiKey: 'wrong' }) });
    const operation = await acceptInZone(world);
    await world.start(operation);
    await parks(operation, { step: 'dns', code: 'dns.forbidden' });
    outside.use({ dns: powerdns.dns() });
    await goesOn(operation);
  });
});

type Knot = Awaited<ReturnType<typeof real.realKnot>>;
