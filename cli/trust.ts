import { FactError } from '../facts/core/errors.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { parseNoteKey } from '../facts/log/note-key.ts';
import { KeyChain } from '../sdk/typescript/key-chain.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { need } from './log-source.ts';
import type { LogSource } from './log-source.ts';

/** The log, and the one key that is known beforehand. */
export interface Trust {
  readonly log: string;
  /** Note key of the log's first root. */
  readonly root: string;
}

/** For commander's `option`. */
export const ROOT_OPTION = [
  '--root <key>',
  'the note key of the log’s root (default: TENURE_ROOT)',
] as const;

const ADVICE = 'Give it with --root or TENURE_ROOT; "tenure keys show" prints it.';

/** The log's name is in its root's. */
export function trustOf(given: string | undefined, context: Context): Trust {
  const root = given ?? context.config().client.root;
  if (root === undefined) throw new CliError(EXIT.usage, 'The root key is missing.', ADVICE);
  try {
    const log = parseNoteKey(root).name.replace(/\/root$/, '');
    return { log: new KeyChain(log, root).log, root };
  } catch (cause) {
    if (!(cause instanceof FactError)) throw cause;
    throw new CliError(EXIT.usage, `That is no root key: ${cause.message}`, ADVICE, { cause });
  }
}

/** All keys of the log, from the pinned root to the newest version. Throws a FactError. */
export async function readKeyChain(source: LogSource, { log, root }: Trust): Promise<KeyChain> {
  const keys = new KeyChain(log, root);
  keys.take(await need(source, 'keys/1'));
  for (;;) {
    const next = await source.read(`keys/${keys.version + 1}`);
    if (next === undefined) return keys;
    keys.take(next);
  }
}

/** Of a chain that {@link readKeyChain} gave. */
export function newestSet({ set, log }: KeyChain): KeySet {
  if (set === undefined) throw new CliError(EXIT.refused, `${log} has no key set.`);
  return set;
}

/** As {@link readKeyChain}, with a refusal as the command's end. */
export async function assureKeyChain(source: LogSource, trust: Trust): Promise<KeyChain> {
  try {
    return await readKeyChain(source, trust);
  } catch (cause) {
    if (!(cause instanceof FactError)) throw cause;
    const message = `${source.name}: the key sets: ${cause.message}`;
    throw new CliError(EXIT.refused, message, 'Is the root key that of this log?', { cause });
  }
}
