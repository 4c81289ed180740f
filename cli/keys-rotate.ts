import { existsSync, rmSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { rotateKey, rotateRoot } from '../registry/key-sets.ts';
import { SIGNING_ROLES, type SigningRole } from '../registry/next-key-set.ts';
import { assureKey } from '../wiring/keys.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { isRefused, openRoot, withNewKey } from './key-files.ts';
import { printKeys, readKeys, withKeySets } from './key-sets.ts';

const HELP = `
What each role does:
  fact  the new key signs from the next fact on
  log   the new key signs from the next size of the log on
  time  in two runs, so that no reader meets a heartbeat by a key that it does not know: the first
        adds the new key, and the old one signs on; the second drops the old one, and is refused
        until a heartbeat has told readers of the first
  root  --new-root is made unless it is there; both roots sign the set, and the new one all later

What the old key signed stays good. No process is restarted. A sequencer on another machine needs
the new file in its KEY_DIR first, and waits for it.

Examples:
  $ tenure keys rotate --root /media/offline/root.key
  $ tenure keys rotate --role root --root old-root.key --new-root /media/offline/root-2.key
`;

const NEXT: Record<SigningRole | 'root', string> = {
  fact: '',
  log: '',
  time: 'When two time keys are listed, the first still signs: run this again to drop it.',
  root: 'The old root vouches for nothing any more. Planes are told nothing: they step over.',
};

interface RotateOptions {
  readonly role: SigningRole | 'root';
  readonly root: string;
  readonly newRoot?: string;
}

export function addRotateCommand(keys: Command, context: () => Context): void {
  keys
    .command('rotate')
    .description('let a new key sign from here on; what the old one signed stays good')
    .addOption(
      new Option('--role <role>', 'which key').choices([...SIGNING_ROLES, 'root']).default('fact'),
    )
    .requiredOption('--root <file>', 'the root key')
    .option('--new-root <file>', 'where the new root is kept (with --role root)')
    .addHelpText('after', HELP)
    .action((options: RotateOptions) => rotate(options, context()));
}

async function rotate(options: RotateOptions, context: Context): Promise<void> {
  const { role } = options;
  if ((role === 'root') !== (options.newRoot !== undefined))
    throw new CliError(EXIT.usage, '--new-root goes with --role root, and only there.');
  const published = await withKeySets(context, async (publishing) => {
    const root = openRoot(options.root);
    if (role === 'root') await replaceRoot(publishing, root, options.newRoot ?? '');
    else
      await withNewKey(context.config(), (makeKey) => rotateKey(publishing, role, root, makeKey));
    return readKeys(publishing);
  });
  printKeys(context, published, NEXT[role]);
}

async function replaceRoot(
  publishing: Parameters<typeof rotateRoot>[0],
  root: ReturnType<typeof openRoot>,
  file: string,
): Promise<void> {
  const isThere = existsSync(file);
  await rotateRoot(publishing, root, assureKey(file)).catch((error: unknown) => {
    if (isRefused(error) && !isThere) rmSync(file);
    throw error;
  });
}
