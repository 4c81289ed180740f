import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PortError } from '../../ports/call.ts';
import type { Call } from '../../ports/call.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { freePort } from '../../tools/servers/ports.ts';
import { loadConfig } from '../../wiring/config/load.ts';
import { composeDomainProof } from '../../wiring/domain-proof.ts';
import { composeIdentity } from '../../wiring/identity.ts';
import { engineOf, seedsOf } from '../../wiring/options.ts';
import { composeWorker } from '../../wiring/worker.ts';
import {
  composeDatabases,
  composeDns,
  composeNotifier,
  composeRoutes,
} from '../../wiring/outside.ts';
import { DEFAULT_TIMING } from '../../domain/saga-timing.ts';
import { NOBODY_ELSE } from '../adapters/keycloak/nobody-else.ts';

const owner = {
  registry: 'tenure.localhost/dev',
  tenant: '00000000-0000-0000-0000-000000000001',
  operation: '00000000-0000-0000-0000-000000000002',
};
const call = (): Call => ({ owner, signal: AbortSignal.timeout(5_000) });
const NO_SECRETS: Secrets = {
  put: () => Promise.resolve(),
  find: () => Promise.resolve(undefined),
  removeAll: () => Promise.resolve(),
};

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'tenure-wiring-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

test('embedded adapters keep what they made over a restart, in STATE_DIR', async () => {
  const config = loadConfig('worker', { STATE_DIR: stateDir });
  await composeDns(config).ensure('acme.tenure.localhost', call());
  await composeRoutes(config).ensure({ slug: 'acme', host: 'acme.tenure.localhost' }, call());
  await composeDatabases(config, NO_SECRETS).ensure(call());
  const { identity } = await composeIdentity(config, NO_SECRETS, NOBODY_ELSE);
  await identity.silo.ensure(
    {
      slug: 'acme',
      displayName: 'Acme',
      origin: 'https://acme.tenure.localhost',
      adminEmail: 'ada@acme.example',
      adminUserId: owner.operation,
      identityProviders: [],
    },
    call(),
  );
  const again = loadConfig('worker', { STATE_DIR: stateDir });
  const inventories = await Promise.all([
    composeDns(again).inventory(call().signal),
    composeRoutes(again).inventory(call().signal),
    composeDatabases(again, NO_SECRETS).inventory(call().signal),
    (await composeIdentity(again, NO_SECRETS, NOBODY_ELSE)).identity.silo.inventory(call().signal),
  ]);
  for (const items of inventories) expect(items).toEqual([expect.objectContaining({ owner })]);
  const kept = readdirSync(stateDir).map((name) => readFileSync(join(stateDir, name), 'utf8'));
  expect(kept.join()).not.toContain('ada@');
});

test('a configured section brings the real adapter, which finds nobody at a closed port', async () => {
  const nobody = '127.0.0.1:1';
  const config = loadConfig('worker', {
    KEYCLOAK_ADMIN_URL: `http://${nobody}`,
    KEYCLOAK_CLIENT_ID: 'c',
    KEYCLOAK_CLIENT_SECRET: 's',
    SMTP_HOST: 'mail',
    POWERDNS_API_URL: `http://${nobody}`,
    POWERDNS_API_KEY: 'k',
    POWERDNS_TARGET: '192.0.2.1',
    KUBERNETES_API_URL: `http://${nobody}`,
    KUBERNETES_TOKEN: 't',
    KUBERNETES_BACKEND: 'web',
    KUBERNETES_INGRESS_CLASS: 'c',
    LIBSQL_ADMIN_URL: `http://${nobody}`,
    LIBSQL_URL: `http://${nobody}`,
  });
  const rfc2136 = loadConfig('worker', {
    RFC2136_SERVER: nobody,
    RFC2136_TARGET: '192.0.2.1',
    RFC2136_KEY_NAME: 'k',
    RFC2136_KEY_SECRET: 'c2VjcmV0',
  });
  const gateway = loadConfig('worker', {
    KUBERNETES_API_URL: `http://${nobody}`,
    KUBERNETES_TOKEN: 't',
    KUBERNETES_BACKEND: 'web',
    KUBERNETES_GATEWAY: 'public',
    EXTERNAL_DNS_TARGET: '192.0.2.1',
  });
  const postgres = loadConfig('worker', {
    TENANT_POSTGRES_ADMIN_URL: `postgres://admin:pw@${nobody}/postgres`,
    TENANT_POSTGRES_ADDR: nobody,
  });
  const { identity } = await composeIdentity(config, NO_SECRETS, NOBODY_ELSE);
  const probed = [
    identity.silo,
    identity.pool,
    composeDns(config),
    composeDns(rfc2136),
    composeDns(gateway),
    composeRoutes(config),
    composeRoutes(gateway),
    composeDatabases(config, NO_SECRETS),
    composeDatabases(postgres, NO_SECRETS),
  ];
  for (const adapter of probed)
    await expect(adapter.probe(AbortSignal.timeout(5_000))).rejects.toBeInstanceOf(PortError);
});

test('in development domains are proved by a file, and by DNS where resolvers are named', async () => {
  const { signal } = call();
  const name = '_tenure-challenge.shop.example';
  writeFileSync(join(stateDir, 'domain-proof.json'), JSON.stringify({ [name]: ['mine'] }));
  const config = loadConfig('worker', { STATE_DIR: stateDir });
  expect(await composeDomainProof(config).look(name, signal)).toEqual(['mine']);
  const DOMAIN_RESOLVERS = `127.0.0.1:${await freePort()}`;
  const real = composeDomainProof(loadConfig('worker', { STATE_DIR: stateDir, DOMAIN_RESOLVERS }));
  await expect(real.look(name, signal)).rejects.toMatchObject({ code: 'unavailable' });
});

test('every outside system of the worker is watched and keeps to its limit', async () => {
  const config = loadConfig('worker', { DNS_MAX_CALLS_PER_S: '1' });
  const worker = await composeWorker(config, {
    timing: DEFAULT_TIMING,
    writeNotice: () => undefined,
  });
  const { identity, dns, routes, databases, notifier, domainProof, metrics } = worker;
  const { signal } = call();
  const others = [routes, databases, notifier, domainProof];
  await dns.probe(signal);
  await expect(dns.probe(AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'unavailable' });
  for (const port of [identity.silo, identity.pool, ...others]) await port.probe(signal);
  const text = await metrics.format();
  const counted = (port: string) =>
    new RegExp(`count\\{port="${port}",method="probe",outcome="ok"\\} (\\d)`).exec(text)?.[1];
  expect(counted('identity')).toBe('2');
  for (const port of ['dns', 'routes', 'tenant-database', 'notifier', 'domain-proof']) {
    expect([port, counted(port)]).toEqual([port, '1']);
  }
  await expect(routes.probe(signal)).resolves.toBeUndefined();
  await worker.close();
});

test('notices go to the mail server, to the catcher, or into the log', async () => {
  const notice = { id: owner.operation, tenant: owner.tenant, kind: 'invitation' };
  const message = { ...notice, to: 'ada@acme.example', subject: 'Come in', text: 'Here.' };
  const lines: unknown[] = [];
  const notifierOf = (env: Record<string, string>) =>
    composeNotifier(loadConfig('worker', env), (fields) => void lines.push(fields));
  await notifierOf({}).send(message, call().signal);
  expect(lines).toEqual([{ notice: notice.id, tenant: notice.tenant, kind: 'invitation' }]);
  const nobody = notifierOf({ SMTP_HOST: '127.0.0.1', SMTP_PORT: '1' });
  await expect(nobody.send(message, call().signal)).rejects.toBeInstanceOf(PortError);
  const port = await freePort();
  const caught = loadConfig('worker', { MAIL_CATCHER_ADDR: `127.0.0.1:${port}` });
  const { close } = await composeIdentity(caught, NO_SECRETS, NOBODY_ELSE);
  await composeNotifier(caught, () => undefined).send(message, call().signal);
  await close();
  expect(lines).toHaveLength(1);
});

test('the mail catcher listens where it was told and ends with its process', async () => {
  const config = loadConfig('worker', {
    KEYCLOAK_ADMIN_URL: 'http://127.0.0.1:1',
    KEYCLOAK_CLIENT_ID: 'c',
    KEYCLOAK_CLIENT_SECRET: 's',
    MAIL_CATCHER_ADDR: '127.0.0.1:0',
  });
  const { mailCatcher, close } = await composeIdentity(config, NO_SECRETS, NOBODY_ELSE);
  expect(mailCatcher).toBeDefined();
  await close();
});

test('acme has its fixed id in development only', () => {
  expect([...seedsOf(loadConfig('api', {}))]).toEqual([
    ['acme', '00000000-0000-0000-0000-000000000001'],
  ]);
  const stage = loadConfig('cli', { APP_ENV: 'stage' });
  expect(seedsOf(stage).size).toBe(0);
});

test('SAGA_RETRY_BUDGET_S reaches the sagas; each outside step has a settle time', () => {
  const { timing } = engineOf(loadConfig('api', { SAGA_RETRY_BUDGET_S: '7' }), DEFAULT_TIMING);
  expect(timing.retryBudgetMs).toBe(7_000);
  expect(Object.keys(timing.settleMs).toSorted()).toEqual(['database', 'dns', 'identity', 'route']);
  expect(engineOf(loadConfig('api', {}), DEFAULT_TIMING).timing.retryBudgetMs).toBe(
    DEFAULT_TIMING.retryBudgetMs,
  );
});
