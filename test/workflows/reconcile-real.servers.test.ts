import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NetworkingV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { createMemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import type { Settled } from '../../domain/reconcile/finding.ts';
import { provisionInputOf, type ProvisionInput } from '../../domain/requests.ts';
import type { Isolation } from '../../domain/isolation.ts';
import { formatOwnerMark } from '../../ports/owner-mark.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { organizationWays, realmWays } from '../adapters/keycloak/ways.ts';
import { aTenantServer, run } from '../adapters/postgres-databases/subject.ts';
import { digHost } from '../contracts/dig.ts';
import { drift, lost, type Break } from '../support/breaks.ts';
import { acceptInZone } from '../support/faults/accept-in-zone.ts';
import * as real from '../support/faults/real-outside.ts';
import { createInviting } from '../support/invitations.ts';
import { createDoctor, markCompared } from '../support/reconcile.ts';
import type { Outside } from '../support/saga-outside.ts';
import { createWorld, SHORT, type World } from '../support/saga-world.ts';
import { drop, patch, set, switchedOff } from '../support/servers/powerdns-records.ts';

const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
const ENDS_WITHIN_MS = 120_000;
const timing = {
  ...{ attemptTimeoutMs: 30_000, retryBudgetMs: 60_000 },
  waitMs: { ...SHORT.waitMs, orphan: 0, 'lost-saga': 0 },
};
/** As the outside adapters are told to make it. */
const TARGET = 'front.example.net.';

interface Made {
  readonly id: string;
  readonly input: ProvisionInput;
}

let world: World;
let doctor: ReturnType<typeof createDoctor>;
let servers: Awaited<ReturnType<typeof start>>;
let silo: Made;
let pool: Made;
let bare: Made;
let taken: Made;
let frozen: Made;
let gone: Made;
let outside: Outside;

async function start() {
  const [keycloak, kubernetes, powerdns] = await Promise.all([
    real.realKeycloak(),
    real.realKubernetes(),
    real.realPowerDns(),
  ]);
  return { keycloak, kubernetes, powerdns, databases: await aTenantServer() };
}

beforeAll(async () => {
  servers = await start();
  const { keycloak, kubernetes, powerdns, databases } = servers;
  outside = {
    identity: { silo: keycloak.realms(), pool: keycloak.organizations() },
    ...{ databases: databases.databases, routes: kubernetes.routes(), dns: powerdns.dns() },
    mailCatcher: keycloak.catcher,
    domainProof: createMemoryDomainProof(),
    notifier: createMemoryNotifier(),
  };
  // The zone is everybody's: with their origin, this doctor would take away what other tests make.
  const log = { log: `tenure.example/${randomUUID()}`, epoch: 1 };
  world = await createWorld({ timing, log, outside });
  doctor = createDoctor({ ...world, ended: (one) => world.ended(one, ENDS_WITHIN_MS) });
  await markCompared(world);
  [silo, pool, bare, taken, frozen] = await Promise.all([
    provision('silo'),
    provision('pool'),
    provision('silo'),
    provision('pool'),
    provision('silo'),
  ]);
  await createInviting(world).invite(pool.id, 'waits@acme.example');
  const { state } = await world.ended(await world.freeze(frozen.id), ENDS_WITHIN_MS);
  expect(state).toBe('done');
  gone = await fail();
}, SETUP_WITHIN_MS);
afterAll(async () => {
  await world?.close();
  await servers?.keycloak.catcher.close();
}, SETUP_WITHIN_MS);

const sql = (text: string, values: unknown[] = []) => world.database.admin.query(text, values);

async function provision(isolation: Isolation): Promise<Made> {
  const operation = await acceptInZone(world, { isolation });
  await world.start(operation);
  const { state, reason } = await world.ended(operation, ENDS_WITHIN_MS);
  expect({ state, reason }).toEqual({ state: 'done', reason: null });
  return { id: operation.tenant, input: provisionInputOf(operation.input) };
}

/** One that failed, and of which nothing is left yet. */
async function fail(): Promise<Made> {
  const { id, tenant, input } = await acceptInZone(world, { isolation: 'pool' });
  await world.store.operations.undoAcceptance(id, Date.now());
  await sql(`update operations set state = 'unwound' where id = $1`, [id]);
  return { id: tenant, input: provisionInputOf(input) };
}

test(
  'on a healthy system, with one frozen and one who is invited, it finds and does nothing',
  async () => {
    const report = await doctor.everything();
    expect(report.findings).toEqual([]);
    expect(report.begun).toHaveLength(5);
    const { rows } = await sql(`select from audit where action like '%.reconciled'`);
    expect(rows).toEqual([]);
  },
  TEST_WITHIN_MS,
);

test(
  'broken in more than thirty ways, all of it is found, told, and mended where it is ours',
  async () => {
    const breaks = [
      ...breaksOfRealm(),
      ...breaksOfOrganization(),
      ...breaksOfRoutes(),
      ...breaksOfDns(),
      ...breaksOfDatabases(),
      ...breaksOfRows(),
      ...breaksOfFrozen(),
      ...breaksByOthers(),
      ...(await breaksOfEverything()),
    ];
    expect(breaks.length).toBeGreaterThan(30);
    for (const each of breaks) await each.make();
    const report = await doctor.everything();
    const findings = report.findings as Settled[];
    // Each by itself, so that none can hide behind another.
    for (const each of breaks) {
      const found = findings.filter((finding) => isOf(each, finding));
      const alike = breaks.filter((other) => isAlike(each, other)).length;
      expect({ what: each.what, found: found.length >= alike }).toEqual({
        what: each.what,
        found: true,
      });
      expect({ what: each.what, mended: found.map(({ mended }) => mended) }).toEqual({
        what: each.what,
        mended: found.map(() => each.mended),
      });
    }
    // Nothing is told that was not broken, and what is not ours is still there.
    const unexpected = findings.filter((one) => !breaks.some((each) => isOf(each, one)));
    expect(unexpected).toEqual([]);
    const left = (await doctor.everything()).findings.map(({ place, code }) => `${place} ${code}`);
    expect(left.toSorted()).toEqual(['dns foreign', 'registry row-without-fact', 'route foreign']);
    expect(await theirs()).toEqual([THEIR_HOST, THEIR_ADDRESS]);
  },
  TEST_WITHIN_MS,
);

function isOf({ place, code, attribute }: Break, finding: Settled): boolean {
  if (finding.place !== place || finding.code !== code) return false;
  return attribute === undefined || finding.attribute?.name.includes(attribute) === true;
}

function isAlike(one: Break, other: Break): boolean {
  return (['place', 'code', 'attribute'] as const).every((key) => one[key] === other[key]);
}

function breaksOfRealm(): Break[] {
  const ways = realmWays(servers.keycloak.signedIn);
  const way = (name: string, attribute: string) =>
    drift(`realm: ${name}`, 'identity', attribute, async () => ways[name]?.(silo.input.slug));
  return [
    way('registration is open', 'realm registrationAllowed'),
    way('brute force is allowed', 'realm bruteForceProtected'),
    way('the password policy is weak', 'realm passwordPolicy'),
    way('it has another display name', 'realm displayName'),
    way('the mail server is another', 'realm smtpServer'),
    way('a group is gone', 'group org-admins'),
    way('its admin client may do more', 'client tenant-admin roles'),
    way('one more redirect address', 'client web redirectUris'),
    way('another web origin', 'client web webOrigins'),
    way('passwords go through the front end', 'client web directAccessGrantsEnabled'),
    way('a mapper is gone', 'client web mapper api-audience'),
    way('a mapper too many', 'client web mappers'),
  ];
}

function breaksOfOrganization(): Break[] {
  const ways = organizationWays(servers.keycloak.signedIn, servers.keycloak.config.poolRealm);
  const way = (name: string, attribute: string) =>
    drift(`organization: ${name}`, 'identity', attribute, async () =>
      ways[name]?.(pool.input.slug),
    );
  const client = `client web.${pool.input.slug}`;
  return [
    way('it is switched off', 'organization enabled'),
    way('it has another description', 'organization description'),
    way('a group is gone', 'group org-admins'),
    way('PKCE is not asked for', `${client} attributes pkce`),
    way('the client is switched off', `${client} enabled`),
  ];
}

function breaksOfRoutes(): Break[] {
  const { config, namespace } = servers.kubernetes;
  const api = config.makeApiClient(NetworkingV1Api);
  const bend = (name: string, path: string, value: unknown, op = 'replace') =>
    api.patchNamespacedIngress(
      { name, namespace, body: [{ op, path, value }], fieldManager: 'kubectl-edit' },
      setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
    );
  const [one, two] = [silo.input.slug, pool.input.slug];
  const backend = '/spec/rules/0/http/paths/0/backend/service';
  const label = '/metadata/labels/app.kubernetes.io~1managed-by';
  return [
    drift('Ingress: another host', 'route', 'spec.rules[0].host', () =>
      bend(one, '/spec/rules/0/host', 'evil.example.net'),
    ),
    drift('Ingress: another service', 'route', 'service.name', () =>
      bend(one, `${backend}/name`, 'evil'),
    ),
    drift('Ingress: another class', 'route', 'spec.ingressClassName', () =>
      bend(two, '/spec/ingressClassName', 'evil'),
    ),
    drift('Ingress: one more host', 'route', 'spec.rules.length', () =>
      bend(two, '/spec/rules/-', { host: 'more.example.net' }, 'add'),
    ),
    drift('Ingress: another maker', 'route', 'managed-by', () => bend(two, label, 'somebody')),
    lost('Ingress: gone', 'route', 'missing', () =>
      api.deleteNamespacedIngress({ name: bare.input.slug, namespace }),
    ),
  ];
}

function breaksOfDns(): Break[] {
  const change = (...sets: object[]) => patch(servers.powerdns, sets);
  const [one, two, three] = [silo, pool, bare].map(({ input }) => input.host) as [
    ...[string, string, string],
  ];
  const markOf = async ({ id, input }: Made) => {
    const operation = await world.doctor.reconcile.findProvisioning(id);
    const mark = formatOwnerMark({
      registry: world.registry,
      tenant: id,
      operation: operation?.id ?? '',
    });
    return set(`_tenure.${input.host}`, 'TXT', `"${mark}"`);
  };
  return [
    drift('DNS: another target', 'dns', 'record', () =>
      change(drop(one, 'CNAME'), set(one, 'A', '192.0.2.66')),
    ),
    drift('DNS: another TTL', 'dns', 'ttl', () => change({ ...set(two, 'CNAME', TARGET), ttl: 5 })),
    drift('DNS: another TTL of the mark', 'dns', 'ttl of the mark', async () =>
      change({ ...(await markOf(silo)), ttl: 5 }),
    ),
    drift('DNS: switched off', 'dns', 'record', () => {
      const { records, ...record } = set(two, 'CNAME', TARGET);
      return change({ ...record, ttl: 5, records: records.map(switchedOff) });
    }),
    lost('DNS: gone', 'dns', 'missing', () =>
      change(drop(three, 'CNAME'), drop(`_tenure.${three}`, 'TXT')),
    ),
  ];
}

function breaksOfDatabases(): Break[] {
  const { adminUrl } = servers.databases;
  const admin = (text: string) => run(adminUrl, text);
  const [one, two, three] = [silo, pool, bare].map(({ id }) => `"tenant-${id}"`);
  return [
    drift('database: lets everybody in', 'database', 'everybody may connect', () =>
      admin(`grant connect on database ${one} to public`),
    ),
    drift('database: connections without end', 'database', 'connection limit', () =>
      admin(`alter role ${one} connection limit -1`),
    ),
    drift('database: its role may not log in', 'database', 'role may log in', () =>
      admin(`alter role ${two} nologin`),
    ),
    drift('database: closed', 'database', 'takes connections', () =>
      admin(`alter database ${two} allow_connections false`),
    ),
    lost('database: gone', 'database', 'missing', () =>
      admin(`drop database ${three} with (force)`),
    ),
  ];
}

function breaksOfRows(): Break[] {
  return [
    lost('row: one role more', 'registry', 'row-differs', () =>
      sql(`update memberships set roles = '{org-owner,evil}' where tenant = $1`, [silo.id]),
    ),
    lost('row: another plan', 'registry', 'row-differs', () =>
      sql(`update tenants set plan = 'enterprise' where id = $1`, [silo.id]),
    ),
    lost('row: entitlements gone', 'registry', 'row-missing', () =>
      sql('delete from entitlements where tenant = $1', [pool.id]),
    ),
    {
      ...{ what: 'row: of nobody', place: 'registry', code: 'row-without-fact', mended: false },
      make: () =>
        sql(`insert into memberships (tenant, id, state, roles) values ($1, $2, 'active', '{}')`, [
          ...[pool.id, randomUUID()],
        ]),
    },
  ];
}

/** Somebody lets people in again. */
function breaksOfFrozen(): Break[] {
  const { config, namespace } = servers.kubernetes;
  const { slug: name } = frozen.input;
  const backend = { service: { name: 'front-end', port: { number: 80 } } };
  const value = { paths: [{ path: '/', pathType: 'Prefix', backend }] };
  return [
    lost('frozen: its realm is switched on', 'identity', 'open', async () =>
      (await servers.keycloak.signedIn()).realms.update({ realm: name }, { enabled: true }),
    ),
    lost('frozen: its Ingress leads somewhere', 'route', 'open', () =>
      config.makeApiClient(NetworkingV1Api).patchNamespacedIngress(
        {
          ...{ name, namespace, fieldManager: 'kubectl-edit' },
          body: [{ op: 'add', path: '/spec/rules/0/http', value }],
        },
        setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
      ),
    ),
  ];
}

const THEIR_HOST = 'theirs.example.net';
const THEIR_ADDRESS = '192.0.2.77';

/** Somebody else has taken the places of a tenant's objects: reported, and left as they are. */
function breaksByOthers(): Break[] {
  const { config, namespace } = servers.kubernetes;
  const api = config.makeApiClient(NetworkingV1Api);
  const { slug: name, host } = taken.input;
  const others = { code: 'foreign', mended: false } as const;
  return [
    {
      ...{ what: 'Ingress of others', place: 'route', ...others },
      make: async () => {
        await api.deleteNamespacedIngress({ name, namespace });
        const defaultBackend = { service: { name: 'theirs', port: { number: 80 } } };
        const spec = { defaultBackend, rules: [{ host: THEIR_HOST }] };
        await api.createNamespacedIngress({ namespace, body: { metadata: { name }, spec } });
      },
    },
    {
      ...{ what: 'DNS of others', place: 'dns', ...others },
      make: () =>
        patch(servers.powerdns, [
          ...[drop(host, 'CNAME'), drop(`_tenure.${host}`, 'TXT')],
          set(host, 'A', THEIR_ADDRESS),
        ]),
    },
  ];
}

async function theirs() {
  const { config, namespace } = servers.kubernetes;
  const api = config.makeApiClient(NetworkingV1Api);
  const { slug: name, host } = taken.input;
  const { spec } = await api.readNamespacedIngress({ name, namespace });
  return [spec?.rules?.[0]?.host, (await digHost(servers.powerdns, host)).record];
}

/** A tenant that failed with all of it left, a realm that is lost, sagas that nobody runs. */
async function breaksOfEverything(): Promise<Break[]> {
  const waiting: Operation = await acceptInZone(world);
  const { slug, host, displayName, adminEmail, adminUserId } = gone.input;
  const call = () => ({
    owner: { registry: world.registry, tenant: gone.id, operation: randomUUID() },
    signal: AbortSignal.timeout(timing.attemptTimeoutMs),
  });
  const request = { slug, displayName, adminEmail, adminUserId, identityProviders: [] };
  return [
    lost('orphan: organization', 'identity', 'orphan', () =>
      outside.identity.pool.ensure({ ...request, origin: `https://${host}` }, call()),
    ),
    lost('orphan: database', 'database', 'orphan', () => outside.databases.ensure(call())),
    lost('orphan: Ingress', 'route', 'orphan', () => outside.routes.ensure({ slug, host }, call())),
    lost('orphan: DNS', 'dns', 'orphan', () => outside.dns.ensure(host, call())),
    lost('realm: gone', 'identity', 'missing', async () =>
      (await servers.keycloak.signedIn()).realms.del({ realm: bare.input.slug }),
    ),
    lost('saga: gone', 'sagas', 'saga-lost', async () => {
      const text = `update operations set state = 'running', holds_lock = true
                    where tenant = $1 and kind = 'provisionTenant'`;
      await sql(text, [bare.id]);
    }),
    lost('saga: never started, and gone', 'sagas', 'saga-lost', () =>
      world.api.operations.markStarted(waiting.id),
    ),
  ];
}
