/** Ends what was begun, whatever `work` does; of two errors the first is told. */
export async function endingAfter<T>(
  work: () => Promise<T>,
  end: () => Promise<unknown>,
): Promise<T> {
  const [worked] = await Promise.allSettled([work()]);
  const [ended] = await Promise.allSettled([end()]);
  if (worked.status === 'rejected') throw worked.reason;
  if (ended.status === 'rejected') throw ended.reason;
  return worked.value;
}

/** Like `Promise.all`, but waits for the others before it fails: what they use stays there. */
export async function together<T>(working: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(working);
  return Promise.all(working);
}
