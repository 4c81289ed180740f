import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { bootstrapServiceClient } from '../../adapters/keycloak/bootstrap.ts';
import { createKeycloakOrganizations } from '../../adapters/keycloak/organization.ts';
import { createKeycloakRealms } from '../../adapters/keycloak/realm.ts';
import { createKubernetesIngress } from '../../adapters/kubernetes/ingress.ts';
import { createLibsqlNamespaces } from '../../adapters/libsql/adapter.ts';
import { createMemoryDomainProof } from '../../adapters/memory/domain-proof.ts';
import { createMemoryNotifier } from '../../adapters/memory/notifier.ts';
import { createRfc2136 } from '../../adapters/rfc2136/adapter.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { freePort } from '../../tools/servers/ports.ts';
import type { Running } from '../../tools/servers/process.ts';
import { createProgress } from '../../tools/servers/progress.ts';
import { startAll } from '../../tools/servers/registry.ts';
import type { Server } from '../../tools/servers/registry.ts';
import type { Touched } from '../../workflows/shared/step.ts';
import { NOBODY_ELSE } from '../adapters/keycloak/nobody-else.ts';
import { keepSecrets } from '../adapters/keycloak/secrets.ts';
import type { Outside } from '../support/saga-outside.ts';

const TARGET = 'front.example.net';
const CLIENT = 'tenure';
const ROUTES = { namespace: 'default', ingressClass: 'any' };
const BACKEND = 'front-end';

export interface RealOutside {
  /** Of the registry's processes. */
  readonly environment: Readonly<Record<string, string>>;
  /** For whoever looks: adapters of their own. */
  readonly ports: Outside;
  readonly domain: string;
  /** Objects that were there before any tenant: the zone's own name server. */
  readonly foreign: readonly string[];
  /** What a silo's realm calls the person of an address whom it knows. */
  subOf(realm: string, email: string): Promise<string>;
  serverOf(touches: Touched): Running | undefined;
  stop(): Promise<void>;
}

/**
 * Keycloak, libSQL, Knot and a Kubernetes API server that nobody else uses: each may be killed.
 * Together they take half a minute to start and 800 MB.
 */
export async function startRealOutside(): Promise<RealOutside> {
  const servers = await startAll(['keycloak', 'libsql', 'knot', 'kubernetes'], createProgress());
  const { keycloak, libsql, knot, kubernetes } = servers;
  const { url: adminUrl, adminUser, adminPassword } = keycloak;
  const clientSecret = randomUUID();
  const client = { clientId: CLIENT, clientSecret };
  await bootstrapServiceClient({ adminUrl, adminUser, adminPassword, ...client });
  const realm = { adminUrl, issuerBase: adminUrl, realm: 'master', poolRealm: 'pool' };
  const loginCallback = 'http://127.0.0.1/callback';
  const config = { ...realm, ...client, loginCallback, smtp: undefined };
  const baseUrl = `http://localhost:${libsql.port}`;
  const ca = readFileSync(kubernetes.caFile, 'utf8');
  const { host, port, tsig } = knot;
  // As configuration has names: without the dot of the root.
  const zone = withoutDot(knot.zone);
  const killable: Partial<Record<Touched, Running>> = {
    ...{ identity: keycloak, mail: keycloak, database: libsql, route: kubernetes, dns: knot },
  };
  return {
    domain: zone,
    foreign: [`ns1.${zone}`],
    subOf: (name, email) => subOf(keycloak, name, email),
    serverOf: (touches) => killable[touches],
    environment: {
      TENANT_DOMAIN: zone,
      MAIL_CATCHER_ADDR: `127.0.0.1:${await freePort()}`,
      KEYCLOAK_ADMIN_URL: adminUrl,
      KEYCLOAK_CLIENT_ID: CLIENT,
      KEYCLOAK_CLIENT_SECRET: clientSecret,
      KEYCLOAK_POOL_REALM: realm.poolRealm,
      LIBSQL_ADMIN_URL: libsql.adminUrl,
      LIBSQL_URL: baseUrl,
      RFC2136_SERVER: `${host}:${port}`,
      RFC2136_ZONE: zone,
      RFC2136_TARGET: TARGET,
      RFC2136_KEY_NAME: withoutDot(tsig.name),
      RFC2136_KEY_SECRET: tsig.secret,
      KUBERNETES_API_URL: kubernetes.url,
      KUBERNETES_TOKEN: kubernetes.token,
      KUBERNETES_CA_FILE: kubernetes.caFile,
      KUBERNETES_NAMESPACE: ROUTES.namespace,
      KUBERNETES_INGRESS_CLASS: ROUTES.ingressClass,
      KUBERNETES_BACKEND: BACKEND,
    },
    ports: {
      identity: {
        silo: createKeycloakRealms(config, keepSecrets()),
        pool: createKeycloakOrganizations(config, NOBODY_ELSE),
      },
      databases: createLibsqlNamespaces({ adminUrl: libsql.adminUrl, baseUrl }),
      routes: createKubernetesIngress({
        ...{ ...ROUTES, server: kubernetes.url, ca, token: kubernetes.token },
        service: { name: BACKEND, port: 80 },
      }),
      dns: createRfc2136({
        ...{ server: host, port, key: tsig, clock: systemClock, zone, target: TARGET, ttlS: 60 },
      }),
      mailCatcher: undefined,
      domainProof: createMemoryDomainProof(),
      notifier: createMemoryNotifier(),
    },
    stop: async () => {
      await Promise.all(Object.values(servers).map((server) => server.stop()));
    },
  };
}

async function subOf(
  { url: baseUrl, adminUser: username, adminPassword: password }: Server<'keycloak'>,
  realm: string,
  email: string,
): Promise<string> {
  const admin = new KeycloakAdminClient({ baseUrl, realmName: 'master' });
  await admin.auth({ grantType: 'password', clientId: 'admin-cli', username, password });
  const [user] = await admin.users.find({ realm, email, exact: true });
  if (user?.id === undefined) throw new Error('nobody has this address');
  return user.id;
}

const withoutDot = (name: string): string => name.replace(/\.$/, '');
