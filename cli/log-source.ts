import { concatBytes } from '../facts/core/bytes.ts';
import type { Secret } from '../wiring/config/secret.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { LogFolder } from './log-folder.ts';

const REQUEST_DEADLINE_MS = 30_000;
/** Far above any file of a log. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const REACH = 'Check TENURE_URL, or where you said the log is.';
/** Refused for the token. */
const UNAUTHORIZED = 401;

/** Where a folder has what HTTP serves at `state` (facts-v1, "Folders"). */
export const STATE_NOTE = 'state/note';

/** Files of a log, by their paths below its address (C2SP tlog-tiles). */
export interface LogSource {
  /** For messages. */
  readonly name: string;
  /** Undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** `/v1/log` of a registry. */
function httpSource(url: string, token: Secret | undefined): LogSource {
  const name = `${url}/v1/log`;
  return {
    name,
    read: async (path) => {
      const response = await fetch(`${name}/${path === STATE_NOTE ? 'state' : path}`, {
        headers: token === undefined ? {} : { Authorization: `Bearer ${token.reveal()}` },
        signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
      }).catch((cause: unknown) => {
        throw new CliError(EXIT.unreachable, `${name} does not answer.`, REACH, { cause });
      });
      if (response.status === 404) return undefined;
      if (response.ok) return readBody(response, name);
      const advice = response.status === UNAUTHORIZED ? 'Check READER_TOKEN.' : undefined;
      throw new CliError(EXIT.refused, `${name}/${path} answers ${response.status}.`, advice);
    },
  };
}

/** As far as it goes: whoever answers in the registry's place must not fill the memory. */
async function readBody(response: Response, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_FILE_BYTES) {
      throw new CliError(EXIT.refused, `${name} answers with more than ${MAX_FILE_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}

/** A folder with the same files. */
function folderSource(name: string): LogSource {
  const folder = new LogFolder(name);
  const read = (path: string) =>
    folder.read(path).catch((cause: unknown) => {
      const { code } = cause as NodeJS.ErrnoException;
      const message = `${name}/${path} cannot be read (${code}).`;
      throw new CliError(EXIT.refused, message, 'Copy the folder anew.', { cause });
    });
  return { name, read };
}

/** `from`: URL or folder; the registry unless given, which alone gets the token. */
export function logSourceOf(from: string | undefined, context: Context, token: Secret): LogSource {
  const url = context.url();
  const address = (from ?? url).replace(/\/+$/, '');
  if (!/^https?:\/\//.test(address)) return folderSource(address);
  return httpSource(address, address === url ? token : undefined);
}

/** A file without which there is nothing to verify. */
export async function need(source: LogSource, path: string): Promise<Uint8Array> {
  const bytes = await source.read(path);
  if (bytes !== undefined) return bytes;
  throw new CliError(EXIT.refused, `${source.name} has no ${path}.`);
}
