import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CustomObjectsApi, NetworkingV1Api } from '@kubernetes/client-node';
import { createHttpRoutes } from '../../adapters/kubernetes/http-route.ts';
import { createKubernetesIngress } from '../../adapters/kubernetes/ingress.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { INVITE_LINK_SECRET } from '../../ports/secrets.ts';
import { acceptInvite, askTokens, signInByCode, takeTokens } from '../adapters/keycloak/sign-in.ts';
import { snapshotOfOrganization, snapshotOfRealm } from '../adapters/keycloak/snapshots.ts';
import { withoutBooks } from '../adapters/kubernetes/snapshots.ts';
import { realKeycloak } from '../support/faults/real-outside.ts';
import { memoryOutside } from '../support/saga-outside.ts';
import { createWorld, type World } from '../support/saga-world.ts';
import { rowOf } from '../support/sagas/frozen-world.ts';
import { aNamespace, install } from '../support/servers/kubernetes.ts';

const SETUP_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;
const timing = { attemptTimeoutMs: 20_000, retryBudgetMs: 60_000 };
const HTTP_ROUTES = {
  ...{ group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' },
};

/** Routes of one kind in a namespace of their own, and each object whole. */
async function realRoutes(kind: 'Ingress' | 'HTTPRoute') {
  const { config, namespace, url, ca, token } = await aNamespace();
  const service = { name: 'front-end', port: 8080 };
  const options = { server: url, ca, token, namespace, service };
  if (kind === 'Ingress') {
    const api = config.makeApiClient(NetworkingV1Api);
    return {
      routes: createKubernetesIngress({ ...options, ingressClass: 'any', tlsSecret: 'wildcard' }),
      read: async (name: string): Promise<unknown> =>
        withoutBooks(await api.readNamespacedIngress({ namespace, name })),
    };
  }
  await install(config, 'HTTPRoute');
  const api = config.makeApiClient(CustomObjectsApi);
  return {
    routes: createHttpRoutes({ ...options, gateway: { name: 'public' } }),
    read: async (name: string): Promise<unknown> =>
      withoutBooks(await api.getNamespacedCustomObject({ ...HTTP_ROUTES, namespace, name })),
  };
}

describe.each([
  { isolation: 'silo', kind: 'Ingress' },
  { isolation: 'pool', kind: 'HTTPRoute' },
] as const)('a $isolation tenant with an $kind', ({ isolation, kind }) => {
  let keycloak: Awaited<ReturnType<typeof realKeycloak>>;
  let kubernetes: Awaited<ReturnType<typeof realRoutes>>;
  let world: World;

  beforeAll(async () => {
    keycloak = await realKeycloak();
    kubernetes = await realRoutes(kind);
    const identity = { silo: keycloak.realms(), pool: keycloak.organizations() };
    const { routes } = kubernetes;
    const { catcher: mailCatcher } = keycloak;
    const outside = { ...memoryOutside(), identity, routes, mailCatcher };
    world = await createWorld({ outside, timing });
  }, SETUP_WITHIN_MS);
  afterAll(async () => {
    await world?.close();
    await keycloak?.catcher.close();
  });

  /** Every object of the tenant outside, and its row. */
  async function snapshot({ id, slug }: Tenant) {
    const client = await keycloak.signedIn();
    return {
      identity:
        isolation === 'silo'
          ? await snapshotOfRealm(client, slug)
          : await snapshotOfOrganization(client, keycloak.config.poolRealm, slug),
      route: await kubernetes.read(slug),
      row: await rowOf(world, id),
    };
  }

  test(
    'is closed by a freeze, and exactly what it was after the unfreeze, object by object',
    async () => {
      const provision = await world.ended(await world.provision({ isolation }));
      const tenant = await rowOf(world, provision.tenant);
      const link = await world.store.secrets.find(tenant.id, INVITE_LINK_SECRET);
      await acceptInvite(keycloak.config.adminUrl, link ?? 'no link');
      const login = {
        issuer: tenant.issuer ?? '',
        clientId: isolation === 'silo' ? 'web' : `web.${tenant.slug}`,
        redirectUri: `https://${tenant.host}/callback`,
        scope: isolation === 'silo' ? 'openid' : 'openid organization',
        username: provisionInputOf(provision.input).adminEmail,
      };
      const tokens = await takeTokens(login);
      const before = await snapshot(tenant);

      expect((await world.ended(await world.freeze(tenant.id))).state).toBe('done');
      const frozen = await snapshot(tenant);
      for (const part of ['identity', 'route', 'row'] as const)
        expect(frozen[part]).not.toEqual(before[part]);
      await expect(signInByCode(login)).rejects.toThrow(/no form/u);
      const dead = { refresh: false, userinfo: false };
      expect(await askTokens(login, tokens)).toEqual(dead);

      expect((await world.ended(await world.unfreeze(tenant.id))).state).toBe('done');
      expect(await snapshot(tenant)).toEqual(before);
      expect(await askTokens(login, tokens)).toEqual(dead);
      expect(await signInByCode(login)).toMatchObject({ iss: login.issuer });
    },
    TEST_WITHIN_MS,
  );
});
