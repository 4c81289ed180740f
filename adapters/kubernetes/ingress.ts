import type { V1IngressSpec } from '@kubernetes/client-node';
import type { Routes } from '../../ports/routes.ts';
import type { KubernetesAccess } from './access.ts';
import { ownedObjects } from './owned.ts';
import { routesOver } from './routes.ts';
import type { FrontEnd } from './routes.ts';

export type KubernetesIngressOptions = KubernetesAccess & {
  /** Made by people; it holds the Ingresses and the service. */
  readonly namespace: string;
  readonly ingressClass: string;
  readonly service: FrontEnd;
  /** Name of a TLS secret in the namespace that covers the hosts; without it plain HTTP. */
  readonly tlsSecret?: string;
};

const INGRESS = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  kind: 'Ingress',
  port: 'routes',
} as const;

/**
 * An Ingress for each tenant: plain fields of v1 only, so that any controller serves it. They cannot
 * say "answer 403". A host without paths is the controller's default backend's: a 404 as a rule.
 */
export function createKubernetesIngress(options: KubernetesIngressOptions): Routes {
  const objects = ownedObjects<V1IngressSpec>(options, INGRESS);
  return routesOver(objects, {
    routed: (host) => specOf(options, host),
    suspended: (host) => ({ ...specOf(options, host), rules: [{ host }] }),
  });
}

function specOf(
  { ingressClass, service, tlsSecret }: KubernetesIngressOptions,
  host: string,
): V1IngressSpec {
  const backend = { service: { name: service.name, port: { number: service.port } } };
  return {
    ingressClassName: ingressClass,
    rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    ...(tlsSecret && { tls: [{ hosts: [host], secretName: tlsSecret }] }),
  };
}
