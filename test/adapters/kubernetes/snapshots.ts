import type { OwnerMark } from '../../../ports/call.ts';

/** The API server's own books: they tell of each change that there was one, and nothing else. */
const BOOKS: ReadonlySet<string> = new Set(['resourceVersion', 'generation', 'managedFields']);

/** An object as people mean it: who it is (its uid, its age), its labels, what it says. */
export function withoutBooks(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const { metadata, ...rest } = structuredClone(object) as { metadata?: object };
  const kept = Object.entries(metadata ?? {}).filter(([name]) => !BOOKS.has(name));
  return { ...rest, metadata: Object.fromEntries(kept) };
}

/** The part of an object's metadata that says whose it is. */
export interface Marked {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** As anybody reads it who knows our labels. */
export function markOf({ labels = {}, annotations = {} }: Marked): OwnerMark | undefined {
  const [tenant, operation] = [labels['tenure/tenant'], labels['tenure/operation']];
  const registry = annotations['tenure/registry'];
  return registry && tenant && operation ? { registry, tenant, operation } : undefined;
}
