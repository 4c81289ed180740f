/**
 * Runs `work` over all items, so many at once and in their order, and gives each one's outcome to
 * await: a test of its own may wait for every item while the others go on.
 */
export function sideBySide<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): ReadonlyMap<T, Promise<R>> {
  const outcomes = new Map<T, PromiseWithResolvers<R>>(
    items.map((item) => [item, Promise.withResolvers<R>()]),
  );
  // A failure is its own test's, which may not have come to wait for it.
  for (const { promise } of outcomes.values()) promise.catch(() => undefined);
  const waiting = [...items];
  const serve = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const outcome = outcomes.get(item);
      await work(item).then(outcome?.resolve, outcome?.reject);
    }
  };
  for (let at = 0; at < atOnce; at++) void serve();
  return new Map([...outcomes].map(([item, { promise }]) => [item, promise]));
}
