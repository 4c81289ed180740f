/** RFC 7240: longer waits tie up proxies; ask again instead. */
export const WAIT_MAX_S = 60;

/**
 * `wait=N` of a `Prefer` header in seconds, at most 60. Undefined when there is none that we
 * understand: RFC 7240 has unknown preferences ignored.
 */
export function parseWaitS(prefer: string | undefined): number | undefined {
  for (const preference of prefer?.split(',') ?? []) {
    const [, seconds] = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference) ?? [];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_MAX_S);
  }
  return undefined;
}
