/**
 * An older heartbeat that a slow link brings after a newer one is refused, as it must be: also one
 * of the leadership before, when the next one has begun in between.
 */
const EXPECTED: readonly string[] = ['heartbeat-replay', 'heartbeat-fence'];

/** What a plane has refused although the registry sent it. */
export function wrongRefusals(refused: readonly string[]): string[] {
  return refused.filter((code) => !EXPECTED.includes(code));
}
