import { CliError, EXIT } from './errors.ts';

/** Node's and Postgres' codes of a server that is not there, and the store's. */
const UNREACHABLE = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', '57P03'],
  'store-unavailable',
]);

/** What works on the database itself; its errors become a sentence and an exit code. */
export async function reachDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code, message } = error as { code?: unknown; message: string };
    if (UNREACHABLE.has(String(code)))
      throw new CliError(
        EXIT.unreachable,
        'Postgres does not answer.',
        'Check DATABASE_URL with "tenure config --print".',
        { cause: error },
      );
    throw new CliError(EXIT.refused, message, undefined, { cause: error });
  }
}
