import type { V1HTTPIngressRuleValue, V1IngressSpec } from '@kubernetes/client-node';
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
 * An Ingress for each tenant: plain fields of v1 only, so that any controller serves it. They
 * cannot say "answer 403". A host without paths is the controller's default backend's: a 404 as a
 * rule.
 */
export function createKubernetesIngress(options: KubernetesIngressOptions): Routes {
  const objects = ownedObjects<V1IngressSpec>(options, INGRESS);
  const { name, port } = options.service;
  const backend = { service: { name, port: { number: port } } };
  const http = { paths: [{ path: '/', pathType: 'Prefix', backend }] };
  return routesOver(objects, {
    routed: (host) => specOf(options, { host, http }),
    suspended: (host) => specOf(options, { host }),
    isOpen: ({ defaultBackend, rules = [] }) =>
      defaultBackend !== undefined || rules.some(({ http }) => http !== undefined),
  });
}

function specOf(
  { ingressClass, tlsSecret }: KubernetesIngressOptions,
  rule: { readonly host: string; readonly http?: V1HTTPIngressRuleValue },
): V1IngressSpec {
  return {
    ingressClassName: ingressClass,
    rules: [rule],
    ...(tlsSecret && { tls: [{ hosts: [rule.host], secretName: tlsSecret }] }),
  };
}
