import { setTimeout as wait } from 'node:timers/promises';
import { ABSENT, FOREIGN } from '../../domain/reconcile/observation.ts';
import type { Observation } from '../../domain/reconcile/observation.ts';
import { PortError } from '../../ports/call.ts';
import type { Call, OwnerMark } from '../../ports/call.ts';
import { isMine } from '../../ports/owner-mark.ts';
import type { KubernetesAccess } from './access.ts';
import { attributesOf } from './drift.ts';
import { MANAGED_BY, REGISTRY_ANNOTATION, openObjects } from './objects.ts';
import type { FoundObject, ObjectApi, OwnObject, ResourceKind } from './objects.ts';

const TENANT_LABEL = 'tenure/tenant';
const OPERATION_LABEL = 'tenure/operation';
const GONE_POLL_MS = 100;

/** The owner is that of the mark: a spec may carry it further, to systems behind the object. */
export type SpecOf<Spec> = (owner: OwnerMark) => Spec;

/** Whether an object of this spec lets people through. */
export type IsOpen<Spec> = (spec: Partial<Spec>) => boolean;

/** Objects of one kind that carry the owner mark as labels and an annotation. */
export interface OwnedObjects<Spec> {
  /**
   * Create, or adopt if mine, or refuse (`foreign`). A field of ours, in an object of ours, that
   * another manager took is taken back: nothing else would mend it.
   */
  ensure(name: string, specOf: SpecOf<Spec>, call: Call): Promise<void>;
  /** Brings what is there and mine to this spec; absent is success, foreign is left alone. */
  change(name: string, specOf: SpecOf<Spec>, call: Call): Promise<void>;
  /** Resolves when it is gone; absent is success, foreign is left alone. */
  remove(name: string, call: Call): Promise<void>;
  /** `isOpen`: of what can be suspended. */
  observe(
    name: string,
    specOf: SpecOf<Spec>,
    call: Call,
    isOpen?: IsOpen<Spec>,
  ): Promise<Observation>;
  /** Whether such an object would be taken. */
  probe(name: string, specOf: SpecOf<Spec>, signal: AbortSignal): Promise<void>;
  list(signal: AbortSignal): Promise<readonly Described<Spec>[]>;
}

export interface Described<Spec> {
  readonly name: string;
  /** Undefined: there is no mark on it. */
  readonly owner: OwnerMark | undefined;
  readonly spec: Partial<Spec>;
}

/**
 * By server-side apply. The API server cannot create-or-refuse by it: an object is read first and
 * applied with its version; names are reserved in our database.
 */
export function ownedObjects<Spec>(
  options: KubernetesAccess & { readonly namespace: string },
  resource: ResourceKind,
): OwnedObjects<Spec> {
  const api = openObjects<Spec>(options, options.namespace, resource);
  return {
    ensure: (name, specOf, call) => ensure(resource, api, name, specOf, call),
    change: (name, specOf, call) => change(api, name, specOf, call),
    remove: (name, call) => remove(resource, api, name, call),
    observe: (...args) => observe(api, ...args),
    async probe(name, specOf, signal) {
      await api.dryRun(
        objectOf(name, specOf, { registry: name, tenant: name, operation: name }),
        signal,
      );
    },
    async list(signal) {
      const found = await api.list(signal);
      return found.map((object) => ({
        name: object.metadata.name,
        owner: ownerOf(object),
        spec: object.spec ?? {},
      }));
    },
  };
}

async function ensure<Spec>(
  { port, kind }: ResourceKind,
  api: ObjectApi<Spec>,
  name: string,
  specOf: SpecOf<Spec>,
  { owner, signal }: Call,
): Promise<void> {
  const there = await api.find(name, signal);
  const mark = there && ownerOf(there);
  if (there && !isMine(owner, mark)) {
    throw new PortError(port, 'foreign', `the ${kind} of that name does not carry our mark`);
  }
  if (there?.metadata.deletionTimestamp) {
    throw new PortError(port, 'unavailable', `the former ${kind} is still being deleted`);
  }
  await applyOver(api, there, objectOf(name, specOf, mark ?? owner), signal);
}

async function change<Spec>(
  api: ObjectApi<Spec>,
  name: string,
  specOf: SpecOf<Spec>,
  { owner, signal }: Call,
): Promise<void> {
  const there = await api.find(name, signal);
  const mark = there && ownerOf(there);
  if (!isMine(owner, mark)) return;
  await applyOver(api, there, objectOf(name, specOf, mark), signal);
}

/** Refused when it is another version by then, or was made in between. */
async function applyOver<Spec>(
  api: ObjectApi<Spec>,
  there: FoundObject<Spec> | undefined,
  wanted: OwnObject<Spec>,
  signal: AbortSignal,
): Promise<void> {
  const version = there?.metadata.resourceVersion;
  const metadata = { ...wanted.metadata, ...(version && { resourceVersion: version }) };
  await api.apply({ ...wanted, metadata }, there !== undefined, signal);
}

async function observe<Spec>(
  api: ObjectApi<Spec>,
  name: string,
  specOf: SpecOf<Spec>,
  { owner, signal }: Call,
  isOpen?: IsOpen<Spec>,
): Promise<Observation> {
  const there = await api.find(name, signal);
  if (there === undefined) return ABSENT;
  const mark = ownerOf(there);
  if (!isMine(owner, mark)) return FOREIGN;
  const attributes = attributesOf(objectOf(name, specOf, mark), there);
  return { presence: 'mine', attributes, ...(isOpen && { open: isOpen(there.spec ?? {}) }) };
}

async function remove<Spec>(
  resource: ResourceKind,
  api: ObjectApi<Spec>,
  name: string,
  { owner, signal }: Call,
): Promise<void> {
  const there = await api.find(name, signal);
  if (!there || !isMine(owner, ownerOf(there))) return;
  const { uid } = there.metadata;
  await api.delete(name, uid, signal);
  // The deletion is accepted by now: a stop leaves open when it takes place.
  try {
    // Finalizers of controllers may keep it for a while after the answer.
    while ((await api.find(name, signal))?.metadata.uid === uid) {
      await wait(GONE_POLL_MS, undefined, { signal });
    }
  } catch (cause) {
    const message = `the ${resource.kind} was still being deleted`;
    throw new PortError(resource.port, 'unknown', message, { cause });
  }
}

function objectOf<Spec>(name: string, specOf: SpecOf<Spec>, owner: OwnerMark): OwnObject<Spec> {
  const labels = {
    'app.kubernetes.io/managed-by': MANAGED_BY,
    [TENANT_LABEL]: owner.tenant,
    [OPERATION_LABEL]: owner.operation,
  };
  const annotations = { [REGISTRY_ANNOTATION]: owner.registry };
  return { metadata: { name, labels, annotations }, spec: specOf(owner) };
}

function ownerOf<Spec>({ metadata }: FoundObject<Spec>): OwnerMark | undefined {
  const registry = metadata.annotations?.[REGISTRY_ANNOTATION];
  const tenant = metadata.labels?.[TENANT_LABEL];
  const operation = metadata.labels?.[OPERATION_LABEL];
  if (registry === undefined || tenant === undefined || operation === undefined) return undefined;
  return { registry, tenant, operation };
}
