import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHttpRoutes } from '../../adapters/kubernetes/http-route.ts';
import { createKeycloakRealms } from '../../adapters/keycloak/realm.ts';
import { createPostgresDatabases } from '../../adapters/postgres-databases/adapter.ts';
import type { Call } from '../../ports/call.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { aTenantServer, run } from '../adapters/postgres-databases/subject.ts';
import { acceptInZone } from '../support/faults/accept-in-zone.ts';
import * as real from '../support/faults/real-outside.ts';
import { resumed } from '../support/resumed.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, type World } from '../support/saga-world.ts';
import { expectCleanSlate, inventories } from '../support/sagas/clean-slate.ts';
import { rowOf } from '../support/sagas/frozen-world.ts';
import { aNamespace, install } from '../support/servers/kubernetes.ts';

const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
const ENDS_WITHIN_MS = 120_000;
/** It shall stop soon at what it finds. */
const IMPATIENT = { retryBudgetMs: 8_000 };
const timing = { attemptTimeoutMs: 20_000, retryBudgetMs: 60_000 };

/** Of the registry itself, so that what adapters keep there is seen to go. */
function secretsOf(world: () => World): Secrets {
  const own = () => world().store.secrets;
  return {
    put: (...args) => own().put(...args),
    find: (...args) => own().find(...args),
    removeAll: (tenant) => own().removeAll(tenant),
  };
}

async function httpRoutes() {
  const { config, namespace, url: server, ca, token } = await aNamespace();
  await install(config, 'HTTPRoute');
  const service = { name: 'front-end', port: 8080 };
  const access = { server, ca, token, namespace };
  return createHttpRoutes({ ...access, service, gateway: { name: 'public' } });
}

/** A realm, a Postgres database, Knot and an Ingress; or an organization and the others. */
async function outsideOf(isolation: 'silo' | 'pool', world: () => World) {
  const keycloak = await real.realKeycloak();
  const secrets = secretsOf(world);
  const identity = {
    silo: createKeycloakRealms(keycloak.config, secrets),
    pool: keycloak.organizations(),
  };
  const memory = { ...memoryOutside(), identity, mailCatcher: keycloak.catcher };
  if (isolation === 'pool') {
    const databases = (await real.realLibsql()).databases();
    const dns = (await real.realPowerDns()).dns();
    const outside = { ...memory, databases, dns, routes: await httpRoutes() };
    return { keycloak, outside, superUrl: undefined };
  }
  const { options, superUrl } = await aTenantServer();
  const databases = createPostgresDatabases(options, secrets);
  const dns = (await real.realKnot()).dns();
  const routes = (await real.realKubernetes()).routes();
  return { keycloak, outside: { ...memory, databases, dns, routes }, superUrl };
}

describe.each(['silo', 'pool'] as const)('a %s tenant on real servers', (isolation) => {
  let made: Awaited<ReturnType<typeof outsideOf>>;
  let world: World;
  beforeAll(async () => {
    made = await outsideOf(isolation, () => world);
    world = await createWorld({ outside: made.outside, timing });
  }, SETUP_WITHIN_MS);
  afterAll(async () => {
    await world?.close();
    await made?.keycloak.catcher.close();
  });

  const ownIn = async (tenant: string) =>
    (await inventories(world.outside)).filter(({ owner }) => owner?.tenant === tenant);
  const secretsIn = async (tenant: string) =>
    (await world.database.admin.query('select name from secrets where tenant = $1', [tenant])).rows;

  /** What no inventory lists: users and clients of the pool, roles of Postgres. */
  async function hiddenOf(tenant: string, slug: string): Promise<unknown[]> {
    if (made.superUrl !== undefined)
      return run(made.superUrl, `select from pg_roles where rolname = 'tenant-${tenant}'`);
    const client = await made.keycloak.signedIn();
    const realm = made.keycloak.config.poolRealm;
    const users = await client.users.find({ realm, q: `tenure.tenant:${tenant}` });
    const clients = await client.clients.find({ realm, clientId: `web.${slug}` });
    return [...users, ...clients];
  }

  test(
    'is gone from each of them; what was planted with its mark is found before that is said',
    async () => {
      const provision = await acceptInZone(world, { isolation });
      await world.start(provision);
      const { tenant: id } = await world.ended(provision, ENDS_WITHIN_MS);
      const { slug, host } = await rowOf(world, id);
      expect(await ownIn(id)).toHaveLength(4);
      expect(await hiddenOf(id, slug)).not.toEqual([]);
      expect(await secretsIn(id)).not.toEqual([]);

      const owner = { registry: world.registry, tenant: id, operation: provision.id };
      const call: Call = { owner, signal: AbortSignal.timeout(TEST_WITHIN_MS) };
      const left = { slug: `left-${slug}`.slice(0, 40), host: `left-${host}` };
      await world.outside.routes.ensure(left, call);
      await world.outside.dns.ensure(left.host, call);

      const saga = await world.acceptLeaving(id);
      await world.start(saga, IMPATIENT);
      const found = { step: 'residue', code: 'residue-found' };
      const { reason } = await world.parked(saga, found, ENDS_WITHIN_MS);
      expect(reason?.message).toBe('Still there: 1 in route, 1 in dns.');
      expect((await ownIn(id)).map(({ port }) => port).toSorted()).toEqual(['dns', 'route']);
      await world.outside.routes.remove(left.slug, call);
      await world.outside.dns.remove(left.host, call);

      expect((await resumed(world, saga)).state).toBe('done');
      expect((await rowOf(world, id)).state).toBe('archived');
      expect(await ownIn(id)).toEqual([]);
      expect(await hiddenOf(id, slug)).toEqual([]);
      expect(await secretsIn(id)).toEqual([]);
      await expectCleanSlate(world, { tenants: [id] });
    },
    TEST_WITHIN_MS,
  );
});
