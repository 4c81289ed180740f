import { FactError } from '../facts/core/errors.ts';
import type { Signer } from '../ports/signer.ts';
import { KeyChangeError } from '../registry/next-key-set.ts';
import type { MakeKey } from '../registry/next-key-set.ts';
import type { Config } from '../wiring/config/load.ts';
import { newKeyFile, openKey } from '../wiring/keys.ts';
import { CliError, EXIT } from './errors.ts';

export function keyDirOf({ facts }: Config): string {
  if (facts.keyDir !== undefined) return facts.keyDir;
  throw new CliError(EXIT.usage, 'KEY_DIR is missing: the folder of the keys that sign.');
}

export function openRoot(file: string): Signer {
  try {
    return openKey(file);
  } catch (cause) {
    const { message } = cause as Error;
    throw new CliError(
      EXIT.usage,
      `The root key cannot be used: ${message}`,
      'It is the file that "tenure keys init" made, or the last "rotate --role root".',
      { cause },
    );
  }
}

/** Runs a change of the key set that may make one key in `KEY_DIR`. */
export async function withNewKey(
  config: Config,
  change: (makeKey: MakeKey) => Promise<void>,
): Promise<void> {
  const file = newKeyFile(() => keyDirOf(config));
  try {
    await change((role) => file.make(role));
  } catch (error) {
    // Of any other error it is not known whether the set was published that names the key.
    if (isRefused(error)) file.discard();
    throw error;
  }
}

/** Nothing was published. */
export function isRefused(error: unknown): boolean {
  return error instanceof FactError || error instanceof KeyChangeError;
}
