/**
 * The database does not hold what was signed about it: it was restored from an older backup, or
 * changed by hand. Nothing is signed until a person has looked.
 */
export class LogForkError extends Error {
  override readonly name = 'LogForkError';
}

export function forked(why: string): LogForkError {
  return new LogForkError(
    `the database is not the one that was signed for: ${why}. Run "tenure recover"`,
  );
}
