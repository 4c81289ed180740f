import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secret } from '../wiring/config/secret.ts';
import { CliError, EXIT } from './errors.ts';

const REQUEST_DEADLINE_MS = 30_000;

/** Files of a log, by their paths below its address (C2SP tlog-tiles). */
export interface LogSource {
  /** For messages. */
  readonly name: string;
  /** Undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** `/v1/log` of a registry. */
export function httpSource(url: string, token: Secret | undefined): LogSource {
  const name = `${url}/v1/log`;
  return {
    name,
    read: async (path) => {
      const response = await fetch(`${name}/${path}`, {
        headers: token === undefined ? {} : { Authorization: `Bearer ${token.reveal()}` },
        signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
      }).catch((cause: unknown) => {
        throw new CliError(EXIT.unreachable, `${name} does not answer.`, 'Check --from.', {
          cause,
        });
      });
      if (response.status === 404) return undefined;
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      throw new CliError(EXIT.refused, `${name}/${path} answers ${response.status}.`);
    },
  };
}

/** A folder with the same files. */
export function folderSource(folder: string): LogSource {
  return {
    name: folder,
    read: async (path) => {
      try {
        return new Uint8Array(await readFile(join(folder, path)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}
