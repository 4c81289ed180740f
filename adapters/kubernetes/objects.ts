import {
  CustomObjectsApi,
  Observable,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type {
  ConfigurationOptions,
  RequestContext,
  ResponseContext,
} from '@kubernetes/client-node';
import { PortError } from '../../ports/call.ts';
import { loadAccess } from './access.ts';
import type { KubernetesAccess } from './access.ts';
import { isNotFound, toPortError } from './errors.ts';

export const MANAGED_BY = 'tenure';
/** An annotation: a label's value holds no slash. */
export const REGISTRY_ANNOTATION = 'tenure/registry';

/** One kind of object, and the port that it plays a part of. */
export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly port: 'routes' | 'dns';
}

interface Metadata {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** With it the server refuses when the object is another version by then. */
  readonly resourceVersion?: string;
}

/** What is sent to the API server: only fields that we own. */
export interface OwnObject<Spec> {
  readonly metadata: Metadata & {
    readonly annotations: { readonly [REGISTRY_ANNOTATION]: string };
  };
  readonly spec: Spec;
}

/** What it answers; others' objects may lack parts of the spec. */
export interface FoundObject<Spec> {
  readonly metadata: Metadata & { readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec?: Partial<Spec>;
}

/** Objects of one kind in one namespace. Rejects with `PortError` of the kind's port. */
export interface ObjectApi<Spec> {
  find(name: string, signal: AbortSignal): Promise<FoundObject<Spec> | undefined>;
  list(signal: AbortSignal): Promise<readonly FoundObject<Spec>[]>;
  /**
   * Server-side apply. Not forced, a field of another manager is a conflict: `forced` is for an
   * object that was seen to be ours, which names its version.
   */
  apply(object: OwnObject<Spec>, forced: boolean, signal: AbortSignal): Promise<void>;
  /** Checks rights, namespace and fields as `apply` does, and keeps nothing. */
  dryRun(object: OwnObject<Spec>, signal: AbortSignal): Promise<void>;
  /** Only the object with this uid; none of that name is success. */
  delete(name: string, uid: string, signal: AbortSignal): Promise<void>;
}

/** Objects in one page of a list. */
const PAGE_SIZE = 500;

interface Page<Spec> {
  readonly items: readonly FoundObject<Spec>[];
  readonly metadata?: { readonly continue?: string };
}

/** The client's API of custom objects serves any group; it gives back JSON as it is. */
export function openObjects<Spec>(
  access: KubernetesAccess,
  namespace: string,
  { port, kind, ...resource }: ResourceKind,
): ObjectApi<Spec> {
  const api = loadAccess(access).makeApiClient(CustomObjectsApi);
  const { group, version, plural } = resource;
  const all = { group, version, plural, namespace };
  const send = <T>(signal: AbortSignal, changes: boolean, request: Request<T>) =>
    sendTo({ port, kind }, signal, changes, request);
  const patch = (
    object: OwnObject<Spec>,
    { changes, force }: { changes: boolean; force: boolean },
    signal: AbortSignal,
  ) =>
    send(signal, changes, (options) => {
      const { name } = object.metadata;
      const body = { apiVersion: `${group}/${version}`, kind, ...object };
      const request = { ...all, name, body, fieldManager: managerOf(object), force };
      return api.patchNamespacedCustomObject(
        changes ? request : { ...request, dryRun: 'All' },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply, options),
      );
    });
  return {
    find: (name, signal) =>
      orAbsent(
        send<FoundObject<Spec>>(signal, false, (options) =>
          api.getNamespacedCustomObject({ ...all, name }, options),
        ),
      ),
    async list(signal) {
      const items: FoundObject<Spec>[] = [];
      let token: string | undefined;
      do {
        const paging = { limit: PAGE_SIZE, ...(token && { _continue: token }) };
        const page = await send<Page<Spec>>(signal, false, (options) =>
          api.listNamespacedCustomObject({ ...all, ...paging }, options),
        );
        items.push(...page.items);
        token = page.metadata?.continue;
      } while (token);
      return items;
    },
    apply: async (object, force, signal) =>
      void (await patch(object, { changes: true, force }, signal)),
    dryRun: async (object, signal) =>
      void (await patch(object, { changes: false, force: false }, signal)),
    async delete(name, uid, signal) {
      const request = { ...all, name, body: { preconditions: { uid } } };
      await orAbsent(
        send(signal, true, (options) => api.deleteNamespacedCustomObject(request, options)),
      );
    },
  };
}

/**
 * Who we are to the API server: it keeps per manager which fields are whose. Each registry is one,
 * so that of two which make an object of one name at once the second is refused.
 */
function managerOf({ metadata }: OwnObject<unknown>): string {
  return `${MANAGED_BY}/${metadata.annotations[REGISTRY_ANNOTATION]}`;
}

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

type Request<T> = (options: ConfigurationOptions) => Promise<T>;

async function sendTo<T>(
  asked: Pick<ResourceKind, 'port' | 'kind'>,
  signal: AbortSignal,
  changes: boolean,
  request: Request<T>,
): Promise<T> {
  if (signal.aborted) throw new PortError(asked.port, 'unavailable', 'the call was stopped before');
  try {
    return await request(withSignal(signal));
  } catch (error) {
    throw toPortError(asked, error, changes);
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
