import type { Command } from 'commander';
import { assureFirstKeySet } from '../registry/key-sets.ts';
import { makeKeyFiles } from '../wiring/keys.ts';
import type { Context } from './context.ts';
import { keyDirOf } from './key-files.ts';
import { printKeys, readKeys, withKeySets } from './key-sets.ts';
import { addDrillCommand } from './keys-drill.ts';
import { addRevokeCommand } from './keys-revoke.ts';
import { addRotateCommand } from './keys-rotate.ts';

const ABOUT = `
The sequencer signs with the keys in KEY_DIR; the root vouches for them and is needed only here, so
keep its file offline. What init prints is all that a data plane is told beforehand.
`;

export function addKeyCommands(program: Command, context: () => Context): void {
  const keys = program.command('keys').description('the keys that sign the log');
  keys
    .command('init')
    .description('make the keys of a new log and publish its first key set; again is harmless')
    .requiredOption('--root <file>', 'where the root key is kept')
    .addHelpText(
      'after',
      `${ABOUT}\nExample:\n  $ tenure keys init --root /media/offline/root.key\n`,
    )
    .action(({ root }: { root: string }) => init(root, context()));
  keys
    .command('show')
    .description('show the newest key set: who signs what, and from where on')
    .action(() => show(context()));
  addRotateCommand(keys, context);
  addRevokeCommand(keys, context);
  addDrillCommand(keys, context);
}

async function init(rootFile: string, context: Context): Promise<void> {
  const { logOrigin } = context.config().facts;
  const keyDir = keyDirOf(context.config());
  const published = await withKeySets(context, async (publishing) => {
    await assureFirstKeySet(publishing, logOrigin, () => makeKeyFiles(keyDir, rootFile));
    return readKeys(publishing);
  });
  printKeys(context, published);
}

async function show(context: Context): Promise<void> {
  printKeys(context, await withKeySets(context, readKeys));
}
