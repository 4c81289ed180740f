import type { Routes } from '../../ports/routes.ts';
import type { KubernetesAccess } from './access.ts';
import { ownedObjects } from './owned.ts';
import { routesOver } from './routes.ts';
import type { FrontEnd } from './routes.ts';

export type HttpRoutesOptions = KubernetesAccess & {
  /** Made by people; it holds the HTTPRoutes and the service. */
  readonly namespace: string;
  /** The Gateway that serves the hosts; it must let routes of our namespace in. */
  readonly gateway: {
    readonly name: string;
    /** Without it that of the routes. */
    readonly namespace?: string;
    /** One of its listeners; without it all that take the host. */
    readonly listener?: string;
  };
  readonly service: FrontEnd;
};

/** The part of an HTTPRoute's spec that we own: https://gateway-api.sigs.k8s.io/reference/spec/ */
interface HttpRouteSpec {
  /** Without them no Gateway serves it. */
  readonly parentRefs?: readonly {
    readonly name: string;
    readonly namespace?: string;
    readonly sectionName?: string;
  }[];
  readonly hostnames: readonly string[];
  readonly rules: readonly { readonly backendRefs: readonly FrontEnd[] }[];
}

/** In the standard channel since Gateway API 1.0. */
const HTTP_ROUTE = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  plural: 'httproutes',
  kind: 'HTTPRoute',
  port: 'routes',
} as const;

/**
 * An HTTPRoute for each tenant. Certificates are the Gateway's business. No standard filter answers
 * with a status, and a rule without backends is a 500: a suspended one is taken off the Gateway.
 */
export function createHttpRoutes(options: HttpRoutesOptions): Routes {
  const { gateway, service } = options;
  const parent = {
    name: gateway.name,
    ...(gateway.namespace && { namespace: gateway.namespace }),
    ...(gateway.listener && { sectionName: gateway.listener }),
  };
  const detached = (host: string) => ({
    hostnames: [host],
    rules: [{ backendRefs: [service] }],
  });
  return routesOver(ownedObjects<HttpRouteSpec>(options, HTTP_ROUTE), {
    routed: (host) => ({ parentRefs: [parent], ...detached(host) }),
    // Said, so that those of another manager go.
    suspended: (host) => ({ parentRefs: [], ...detached(host) }),
    isOpen: ({ parentRefs = [] }) => parentRefs.length > 0,
  });
}
