import { FactError } from '../facts/core/errors.ts';
import { RegistrySourceError } from '../sdk/typescript/registry-source.ts';
import { CliError, EXIT } from './errors.ts';

const UNAUTHORIZED = 401;

/** What reads facts from the registry; its errors become a sentence and an exit code. */
export async function reachRegistry<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    if (cause instanceof FactError)
      throw new CliError(EXIT.refused, `${url}: ${cause.message}`, undefined, { cause });
    if (cause instanceof RegistrySourceError && cause.status === UNAUTHORIZED)
      throw new CliError(EXIT.refused, `${url} refuses the token.`, 'Check READER_TOKEN.', {
        cause,
      });
    const why = cause instanceof RegistrySourceError ? ` (${cause.message})` : '';
    throw new CliError(
      EXIT.unreachable,
      `The registry at ${url} gives no facts${why}.`,
      'Start it (npm start), or give its address in TENURE_URL or with --url.',
      { cause },
    );
  }
}
