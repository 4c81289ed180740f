import { createKeycloakOrganizations } from '../../../adapters/keycloak/organization.ts';
import { createKeycloakRealms } from '../../../adapters/keycloak/realm.ts';
import { createKubernetesIngress } from '../../../adapters/kubernetes/ingress.ts';
import { createLibsqlNamespaces } from '../../../adapters/libsql/adapter.ts';
import { createPowerDns } from '../../../adapters/powerdns/adapter.ts';
import { createRfc2136 } from '../../../adapters/rfc2136/adapter.ts';
import { systemClock } from '../../../adapters/system/clock.ts';
import type { Clock } from '../../../ports/clock.ts';
import { NOBODY_ELSE } from '../../adapters/keycloak/nobody-else.ts';
import { aKeycloak } from '../../adapters/keycloak/subject.ts';
import { keepSecrets } from '../../adapters/keycloak/secrets.ts';
import { bindTool } from '../../contracts/dig.ts';
import { aNamespace } from '../servers/kubernetes.ts';
import { server } from '../servers/server.ts';

/** Where a link to a server leads: to it, or to a proxy before it. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

const TARGET = 'front.example.net';
const TTL_S = 60;

/** Zone of both DNS servers, without its dot: hosts of sagas must lie in it. */
export const ZONE = 'tenure.test';

export async function realKeycloak() {
  const keycloak = await aKeycloak();
  const secrets = keepSecrets();
  return {
    ...keycloak,
    realms: (changes: Partial<typeof keycloak.config> = {}) =>
      createKeycloakRealms({ ...keycloak.config, ...changes }, secrets),
    organizations: (changes: Partial<typeof keycloak.config> = {}) =>
      createKeycloakOrganizations({ ...keycloak.config, ...changes }, NOBODY_ELSE),
  };
}

/** Ingresses of a namespace of this test's own. */
export async function realKubernetes() {
  const { config, namespace, ca, host, port, token, powerlessToken } = await aNamespace();
  const service = { name: 'front-end', port: 8080 };
  return {
    ...{ config, namespace, host, port, powerlessToken },
    routes: (changes: Partial<Place & { token: string }> = {}) => {
      const at = { host, port, token, ...changes };
      const access = { server: `https://${at.host}:${at.port}`, ca, token: at.token };
      return createKubernetesIngress({ ...access, namespace, ingressClass: 'any', service });
    },
  };
}

export async function realPowerDns() {
  const powerdns = await server('powerdns');
  const { apiUrl, apiKey } = powerdns;
  const to = { zone: ZONE, target: TARGET, ttlS: TTL_S };
  return {
    ...powerdns,
    dns: (changes: { apiUrl?: string; apiKey?: string } = {}) =>
      createPowerDns({ apiUrl, apiKey, ...to, ...changes }),
  };
}

export async function realKnot() {
  const knot = await server('knot');
  const to = { zone: ZONE, target: TARGET, ttlS: TTL_S };
  return {
    ...knot,
    dns: (changes: Partial<Place & { key: typeof knot.tsig; clock: Clock }> = {}) => {
      const { host, port, key, clock } = {
        ...knot,
        key: knot.tsig,
        clock: systemClock,
        ...changes,
      };
      return createRfc2136({ server: host, port, key, clock, ...to });
    },
  };
}

export async function realLibsql() {
  const libsql = await server('libsql');
  return {
    ...libsql,
    databases: (urls: { adminUrl?: string; baseUrl?: string } = {}) =>
      createLibsqlNamespaces({
        adminUrl: libsql.adminUrl,
        baseUrl: `http://localhost:${libsql.port}`,
        ...urls,
      }),
  };
}

/** Changes the zone by BIND's own tool, as another administrator would. */
export async function nsupdate(
  { host, port, zone, tsig }: Awaited<ReturnType<typeof realKnot>>,
  ...lines: readonly string[]
): Promise<void> {
  const script = [`server ${host} ${port}`, `zone ${zone}`, ...lines, 'send'];
  const { algorithm, name, secret } = tsig;
  await bindTool('nsupdate', ['-v', '-y', `${algorithm}:${name}:${secret}`], script.join('\n'));
}
