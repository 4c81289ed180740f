import {
  KubeConfig,
  NetworkingV1Api,
  Observable,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type {
  ConfigurationOptions,
  RequestContext,
  ResponseContext,
  V1Ingress,
  V1IngressSpec,
} from '@kubernetes/client-node';
import { PortError } from '../../ports/call.ts';
import { isNotFound, toPortError } from './errors.ts';

/** Who we are to the API server: it keeps per manager which fields are whose. */
export const FIELD_MANAGER = 'tenure';

/** A token of a service account, or a kubeconfig file (its current context). */
export type KubernetesAccess =
  | {
      /** `https://host:port` */
      readonly server: string;
      readonly token: string;
      /** PEM of the authority to trust; without it the system's. */
      readonly ca?: string;
    }
  | { readonly kubeconfig: string };

/** What is sent to the API server: only fields that we own. */
export interface OwnIngress {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'Ingress';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    /** With it the server refuses when the object is another version by then. */
    readonly resourceVersion?: string;
  };
  readonly spec: V1IngressSpec;
}

/** Ingresses of one namespace. Rejects with `PortError` of port `routes`. */
export interface IngressApi {
  find(name: string, signal: AbortSignal): Promise<V1Ingress | undefined>;
  list(signal: AbortSignal): Promise<readonly V1Ingress[]>;
  /** Server-side apply, never forced: a field of another manager is a conflict. */
  apply(ingress: OwnIngress, signal: AbortSignal): Promise<void>;
  /** Checks rights, namespace and fields as `apply` does, and keeps nothing. */
  dryRun(ingress: OwnIngress, signal: AbortSignal): Promise<void>;
  /** Only the object with this uid; none of that name is success. */
  delete(name: string, uid: string, signal: AbortSignal): Promise<void>;
}

/** Objects in one page of a list. */
const PAGE_SIZE = 500;

export function openIngressApi(access: KubernetesAccess, namespace: string): IngressApi {
  const api = loadConfig(access).makeApiClient(NetworkingV1Api);
  const patch = (body: OwnIngress, changes: boolean, signal: AbortSignal) =>
    send(signal, changes, (options) => {
      const { name } = body.metadata;
      const request = { name, namespace, body, fieldManager: FIELD_MANAGER, force: false };
      return api.patchNamespacedIngress(
        changes ? request : { ...request, dryRun: 'All' },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply, options),
      );
    });
  return {
    find: (name, signal) =>
      orAbsent(
        send(signal, false, (options) => api.readNamespacedIngress({ name, namespace }, options)),
      ),
    async list(signal) {
      const items: V1Ingress[] = [];
      let token: string | undefined;
      do {
        const paging = { limit: PAGE_SIZE, ...(token && { _continue: token }) };
        const page = await send(signal, false, (options) =>
          api.listNamespacedIngress({ namespace, ...paging }, options),
        );
        items.push(...page.items);
        token = page.metadata?._continue;
      } while (token);
      return items;
    },
    apply: async (ingress, signal) => void (await patch(ingress, true, signal)),
    dryRun: async (ingress, signal) => void (await patch(ingress, false, signal)),
    async delete(name, uid, signal) {
      const request = { name, namespace, body: { preconditions: { uid } } };
      await orAbsent(
        send(signal, true, (options) => api.deleteNamespacedIngress(request, options)),
      );
    },
  };
}

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function send<T>(
  signal: AbortSignal,
  changes: boolean,
  request: (options: ConfigurationOptions) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new PortError('routes', 'unavailable', 'the call was stopped before');
  try {
    return await request(withSignal(signal));
  } catch (error) {
    throw toPortError(error, changes);
  }
}

/** The client has no option for it: its middleware sees each request before it is sent. */
function withSignal(signal: AbortSignal): ConfigurationOptions {
  const middleware = {
    pre: (request: RequestContext) => {
      request.setSignal(signal);
      return new Observable(Promise.resolve(request));
    },
    post: (response: ResponseContext) => new Observable(Promise.resolve(response)),
  };
  return { middleware: [middleware], middlewareMergeStrategy: 'append' };
}

function loadConfig(access: KubernetesAccess): KubeConfig {
  const config = new KubeConfig();
  if ('kubeconfig' in access) {
    config.loadFromFile(access.kubeconfig);
  } else {
    const { server, token, ca } = access;
    const caData = ca === undefined ? {} : { caData: Buffer.from(ca).toString('base64') };
    config.loadFromClusterAndUser(
      { name: 'cluster', server, skipTLSVerify: false, ...caData },
      { name: 'user', token },
    );
  }
  return config;
}
