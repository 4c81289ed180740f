/** The API server's own books: they tell of each change that there was one, and nothing else. */
const BOOKS: ReadonlySet<string> = new Set(['resourceVersion', 'generation', 'managedFields']);

/** An object as people mean it: who it is (its uid, its age), its labels, what it says. */
export function withoutBooks(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const { metadata, ...rest } = structuredClone(object) as { metadata?: object };
  const kept = Object.entries(metadata ?? {}).filter(([name]) => !BOOKS.has(name));
  return { ...rest, metadata: Object.fromEntries(kept) };
}
