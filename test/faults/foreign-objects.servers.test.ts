import { NetworkingV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import type { Call } from '../../ports/call.ts';
import type { Dns } from '../../ports/dns.ts';
import { formatOwnerMark } from '../../ports/owner-mark.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { digHost } from '../contracts/dig.ts';
import { acceptInZone } from '../support/faults/accept-in-zone.ts';
import * as real from '../support/faults/real-outside.ts';
import { runSql } from '../support/faults/run-sql.ts';
import { expectReplays } from '../support/saga-replay.ts';
import { createWorld, type World } from '../support/saga-world.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';

/** A realm takes seconds where the machine is busy. */
const timing = { attemptTimeoutMs: 30_000, retryBudgetMs: 90_000 };
const ENDS_WITHIN_MS = 120_000;
const SETUP_WITHIN_MS = 400_000;
/** Somebody else's address in the same zone. */
const THEIR_ADDRESS = '192.0.2.99';

/*
 * Others were there first, in the real systems: the saga goes back, says why, and what was theirs
 * is as it was (DESIGN 5.3).
 */
let keycloak: Awaited<ReturnType<typeof real.realKeycloak>>;
let kubernetes: Awaited<ReturnType<typeof real.realKubernetes>>;
let powerdns: Awaited<ReturnType<typeof real.realPowerDns>>;
let knot: Awaited<ReturnType<typeof real.realKnot>>;
let libsql: Awaited<ReturnType<typeof real.realLibsql>>;
let world: World;
/** Which of the two DNS servers the sagas meet. */
let dns: Dns;

beforeAll(async () => {
  [keycloak, kubernetes, powerdns, knot, libsql] = await Promise.all([
    real.realKeycloak(),
    real.realKubernetes(),
    real.realPowerDns(),
    real.realKnot(),
    real.realLibsql(),
  ]);
  dns = powerdns.dns();
  world = await createWorld({
    timing,
    outside: {
      identity: { silo: keycloak.realms(), pool: keycloak.organizations() },
      databases: libsql.databases(),
      routes: kubernetes.routes(),
      dns: {
        ensure: (...args) => dns.ensure(...args),
        remove: (...args) => dns.remove(...args),
        observe: (...args) => dns.observe(...args),
        probe: (...args) => dns.probe(...args),
        inventory: (...args) => dns.inventory(...args),
      },
      mailCatcher: undefined,
      domainProof: createMemoryDomainProof(),
      notifier: createMemoryNotifier(),
    },
  });
}, SETUP_WITHIN_MS);
afterAll(async () => {
  await world.close();
  await keycloak.catcher.close();
});

interface Foreign {
  readonly what: string;
  readonly reason: { readonly step: string; readonly code: string };
  plant(operation: Operation): Promise<unknown>;
  /** All that an outsider sees of it. */
  look(operation: Operation): Promise<unknown>;
}

const slugOf = ({ input }: Operation) => String(input['slug']);
const hostOf = ({ input }: Operation) => String(input['host']);

const REALM: Foreign = {
  what: 'a realm',
  reason: { step: 'identity', code: 'identity.foreign' },
  plant: async (operation) =>
    (await keycloak.signedIn()).realms.create({ realm: slugOf(operation), displayName: 'theirs' }),
  look: async (operation) =>
    (await keycloak.signedIn()).realms.findOne({ realm: slugOf(operation) }),
};

const NAMESPACE: Foreign = {
  what: 'a namespace',
  reason: { step: 'database', code: 'tenant-database.foreign' },
  plant: async ({ tenant }) => {
    await fetch(`${libsql.adminUrl}/v1/namespaces/tenant-${tenant}/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    await runSql(libsql, `tenant-${tenant}`, "CREATE TABLE theirs AS SELECT 'precious' AS x");
  },
  look: ({ tenant }) =>
    runSql(libsql, `tenant-${tenant}`, 'SELECT x FROM theirs', 'SELECT name FROM sqlite_master'),
};

const INGRESS: Foreign = {
  what: 'an Ingress',
  reason: { step: 'route', code: 'routes.foreign' },
  plant: (operation) => {
    const backend = { service: { name: 'theirs', port: { number: 80 } } };
    const paths = [{ path: '/', pathType: 'Prefix', backend }];
    const body = {
      metadata: { name: slugOf(operation) },
      spec: { rules: [{ host: 'theirs.example.net', http: { paths } }] },
    };
    const { namespace } = kubernetes;
    return ingresses().createNamespacedIngress({ namespace, body, fieldManager: 'kubectl' });
  },
  look: (operation) =>
    ingresses().readNamespacedIngress({
      ...{ namespace: kubernetes.namespace, name: slugOf(operation) },
    }),
};

const ingresses = () => kubernetes.config.makeApiClient(NetworkingV1Api);

const POWERDNS_RECORD: Foreign = {
  what: 'a record in PowerDNS',
  reason: { step: 'dns', code: 'dns.foreign' },
  plant: (operation) => {
    dns = powerdns.dns();
    return putRecord(`${hostOf(operation)}.`, 'A', THEIR_ADDRESS);
  },
  look: (operation) => digHost(powerdns, hostOf(operation)),
};

const KNOT_RECORD: Foreign = {
  what: 'a record in Knot',
  reason: { step: 'dns', code: 'dns.foreign' },
  plant: (operation) => {
    dns = knot.dns();
    return real.nsupdate(knot, `update add ${hostOf(operation)}. 60 A ${THEIR_ADDRESS}`);
  },
  look: (operation) => digHost(knot, hostOf(operation)),
};

async function putRecord(name: string, type: string, content: string): Promise<void> {
  const record = { name, type, changetype: 'REPLACE', ttl: 60 };
  const rrsets = [{ ...record, records: [{ content, disabled: false }] }];
  const zone = `${powerdns.apiUrl}/api/v1/servers/localhost/zones/${powerdns.zone}`;
  const headers = { 'X-API-Key': powerdns.apiKey };
  const answer = await fetch(zone, { method: 'PATCH', headers, body: JSON.stringify({ rrsets }) });
  if (!answer.ok) throw new Error(await answer.text());
}

/** The claim that the negative control below makes fail. */
async function staysTheirs({ reason, plant, look }: Foreign): Promise<void> {
  const operation = await acceptInZone(world);
  await plant(operation);
  const before = await look(operation);
  expect(before).toBeTruthy();
  await world.start(operation);
  const ended = await world.ended(operation, ENDS_WITHIN_MS);
  expect(await look(operation)).toEqual(before);
  expect({ state: ended.state, reason: ended.reason }).toMatchObject({ state: 'unwound', reason });
  const foreign = [slugOf(operation), hostOf(operation), `tenant-${operation.tenant}`];
  await expectCleanSlate(world, { tenants: [operation.tenant], foreign });
  await expectReplays(world, operation);
}

describe('what others own of that name is untouched, and the saga goes back clean:', () => {
  test.each([REALM, NAMESPACE, INGRESS, POWERDNS_RECORD, KNOT_RECORD])('$what', staysTheirs);
});

test('once the foreign object is gone, the same slug is provisioned', async () => {
  dns = knot.dns();
  const first = await acceptInZone(world);
  await KNOT_RECORD.plant(first);
  await world.start(first);
  expect((await world.ended(first, ENDS_WITHIN_MS)).state).toBe('unwound');
  await real.nsupdate(knot, `update delete ${hostOf(first)}.`);
  const second = await acceptInZone(world, { slug: slugOf(first) });
  await world.start(second);
  expect((await world.ended(second, ENDS_WITHIN_MS)).state).toBe('done');
  await expectCleanSlate(world, { tenants: [first.tenant, second.tenant] });
});

test('without the owner mark the claim fails: what was theirs is lost', async () => {
  const guarded = powerdns.dns();
  const markless =
    (work: (host: string, call: Call) => Promise<void>) => async (host: string, call: Call) => {
      const mine = `"${formatOwnerMark(call.owner)}"`;
      await putRecord(`_tenure.${host}.`, 'TXT', mine); // takes whatever is there for its own
      await work(host, call);
    };
  const foreign: Foreign = {
    ...POWERDNS_RECORD,
    plant: async (operation) => {
      await POWERDNS_RECORD.plant(operation);
      dns = { ...guarded, ensure: markless(guarded.ensure), remove: markless(guarded.remove) };
    },
  };
  await expect(staysTheirs(foreign)).rejects.toThrow(/192\.0\.2\.99/u);
});
