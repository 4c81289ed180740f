import { setTimeout as wait } from 'node:timers/promises';
import type { V1Ingress } from '@kubernetes/client-node';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import type { RouteRequest, Routes } from '../../ports/routes.ts';
import { FIELD_MANAGER, openIngressApi } from './api.ts';
import type { IngressApi, KubernetesAccess, OwnIngress } from './api.ts';

export type KubernetesIngressOptions = KubernetesAccess & {
  /** Made by people; it holds the Ingresses and the service. */
  readonly namespace: string;
  readonly ingressClass: string;
  /** The front end that all tenants' hosts lead to. */
  readonly service: { readonly name: string; readonly port: number };
  /** Name of a TLS secret in the namespace that covers the hosts; without it plain HTTP. */
  readonly tlsSecret?: string;
};

const TENANT_LABEL = 'tenure/tenant';
const OPERATION_LABEL = 'tenure/operation';
const PROBE_NAME = 'tenure-probe';
const GONE_POLL_MS = 100;

/**
 * An Ingress for each tenant, by server-side apply; plain fields of networking.k8s.io/v1 only, so
 * that any controller serves it. The API server cannot create-or-refuse by apply: an object is read
 * first and applied with its version; slugs are reserved in our database.
 */
export function createKubernetesIngress(options: KubernetesIngressOptions): Routes {
  const api = openIngressApi(options, options.namespace);
  return {
    ensure: (request, call) => ensure(options, api, request, call),
    remove: (slug, call) => remove(api, slug, call),
    async probe(signal) {
      const owner = { tenant: PROBE_NAME, operation: PROBE_NAME };
      const host = `${PROBE_NAME}.invalid`;
      await api.dryRun(ingressOf(options, { slug: PROBE_NAME, host }, owner), signal);
    },
    async inventory(signal) {
      const found = await api.list(signal);
      return found.map((ingress) => ({
        name: ingress.metadata?.name ?? '',
        tenant: ownerOf(ingress)?.tenant,
      }));
    },
  };
}

async function ensure(
  options: KubernetesIngressOptions,
  api: IngressApi,
  request: RouteRequest,
  { owner, signal }: Call,
): Promise<void> {
  const there = await api.find(request.slug, signal);
  const mark = there && ownerOf(there);
  if (there && mark?.tenant !== owner.tenant) {
    throw new PortError('routes', 'foreign', 'an Ingress of that name does not carry our mark');
  }
  if (there?.metadata?.deletionTimestamp) {
    throw new PortError('routes', 'unavailable', 'the former Ingress is still being deleted');
  }
  const wanted = ingressOf(options, request, mark ?? owner);
  const version = there?.metadata?.resourceVersion;
  const metadata = { ...wanted.metadata, ...(version && { resourceVersion: version }) };
  await api.apply({ ...wanted, metadata }, signal);
}

async function remove(api: IngressApi, slug: string, { owner, signal }: Call): Promise<void> {
  const there = await api.find(slug, signal);
  const uid = there?.metadata?.uid;
  if (!there || uid === undefined || ownerOf(there)?.tenant !== owner.tenant) return;
  await api.delete(slug, uid, signal);
  // Finalizers of controllers may keep it for a while after the answer.
  while ((await findUid(api, slug, signal)) === uid) await pause(signal);
}

/** The deletion is accepted by now: a stop leaves open when it takes place. */
async function findUid(api: IngressApi, slug: string, signal: AbortSignal) {
  try {
    return (await api.find(slug, signal))?.metadata?.uid;
  } catch (cause) {
    throw new PortError('routes', 'unknown', 'the Ingress was still being deleted', { cause });
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await wait(GONE_POLL_MS, undefined, { signal });
  } catch (cause) {
    throw new PortError('routes', 'unknown', 'the Ingress was still being deleted', { cause });
  }
}

function ingressOf(
  { namespace, ingressClass, service, tlsSecret }: KubernetesIngressOptions,
  { slug, host }: RouteRequest,
  owner: OwnerMark,
): OwnIngress {
  const backend = { service: { name: service.name, port: { number: service.port } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: slug,
      namespace,
      labels: {
        'app.kubernetes.io/managed-by': FIELD_MANAGER,
        [TENANT_LABEL]: owner.tenant,
        [OPERATION_LABEL]: owner.operation,
      },
    },
    spec: {
      ingressClassName: ingressClass,
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      ...(tlsSecret && { tls: [{ hosts: [host], secretName: tlsSecret }] }),
    },
  };
}

function ownerOf({ metadata }: V1Ingress): OwnerMark | undefined {
  const tenant = metadata?.labels?.[TENANT_LABEL];
  const operation = metadata?.labels?.[OPERATION_LABEL];
  return tenant === undefined || operation === undefined ? undefined : { tenant, operation };
}
