import type { Readable } from 'node:stream';
import { ConfigError } from '../wiring/config/errors.ts';
import { loadConfig } from '../wiring/config/load.ts';
import type { Config } from '../wiring/config/load.ts';
import { createClient } from './client.ts';
import type { Client } from './client.ts';
import { CliError, EXIT } from './errors.ts';

/** The process as commands see it; tests bring their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person watches. */
  readonly tty: boolean;
  out(text: string): void;
  err(text: string): void;
  /** What is piped in. */
  readonly input?: Readable;
  /** Resolves at Ctrl-C, which does not end the process from the call on. */
  interrupted?(): Promise<void>;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly url?: string;
}

export interface Context {
  readonly io: Io;
  readonly json: boolean;
  readonly tty: boolean;
  config(): Config;
  /** Base URL of the API, without a slash at its end. */
  url(): string;
  client(): Client;
  /** Prints `value` as JSON when that was asked for, and the text for people otherwise. */
  print(value: unknown, text: () => string): void;
}

export function createContext(io: Io, options: GlobalOptions): Context {
  const json = options.json === true;
  const config = (): Config => readConfig(io.env);
  const url = (): string => {
    const { client, service } = config();
    const here = `http://${service.host ?? '127.0.0.1'}:${service.port}`;
    return (options.url ?? client.url ?? here).replace(/\/+$/, '');
  };
  return {
    io,
    json,
    tty: io.tty && !json,
    config,
    url,
    client: () => createClient(url(), config().access.operatorToken.reveal()),
    print: (value, text) => io.out(json ? `${JSON.stringify(value)}\n` : `${text()}\n`),
  };
}

function readConfig(env: Io['env']): Config {
  try {
    return loadConfig('cli', env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CliError(EXIT.usage, error.message, 'See docs/reference/configuration.md.');
  }
}
