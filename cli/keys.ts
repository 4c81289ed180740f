import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { toBase64, utf8 } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { keyIdOf } from '../facts/crypto/hash.ts';
import { parseKeySet, rootName } from '../facts/log/key-set.ts';
import type { KeyRange, KeySet } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import { formatNoteKey } from '../facts/log/note-key.ts';
import type { KeySetPublishing } from '../ports/log-store.ts';
import { assureFirstKeySet, rotateFactKey } from '../registry/key-sets.ts';
import type { Config } from '../wiring/config/load.ts';
import { assureKey, composeKeySets, makeKeyFiles, openKey } from '../wiring/keys.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatFields, formatTable } from './format.ts';
import { reachDatabase } from './reach.ts';

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
  keys
    .command('rotate')
    .description('let a new key sign facts from the next one on; the old one’s facts stay good')
    .requiredOption('--root <file>', 'the root key')
    .addHelpText('after', '\nExample:\n  $ tenure keys rotate --root /media/offline/root.key\n')
    .action(({ root }: { root: string }) => rotate(root, context()));
}

async function init(rootFile: string, context: Context): Promise<void> {
  const { logOrigin } = context.config().facts;
  const keyDir = keyDirOf(context.config());
  const set = await withKeySets(context, async (publishing) => {
    await assureFirstKeySet(publishing, logOrigin, () => makeKeyFiles(keyDir, rootFile));
    return newest(publishing);
  });
  print(context, set);
}

async function show(context: Context): Promise<void> {
  print(context, await withKeySets(context, newest));
}

async function rotate(rootFile: string, context: Context): Promise<void> {
  const keyDir = keyDirOf(context.config());
  const root = openKey(rootFile);
  // The file is there before the set names it, so that the sequencer finds it at once.
  const file = join(keyDir, `fact-${randomUUID()}.key`);
  const key = assureKey(file);
  const set = await withKeySets(context, async (publishing) => {
    await rotateFactKey(publishing, key.publicKey, root).catch((error: unknown) => {
      // Of any other error it is not known whether the set was published that names the key.
      if (error instanceof FactError) rmSync(file);
      throw error;
    });
    return newest(publishing);
  });
  print(context, set);
}

function keyDirOf({ facts }: Config): string {
  if (facts.keyDir !== undefined) return facts.keyDir;
  throw new CliError(EXIT.usage, 'KEY_DIR is missing: the folder of the keys that sign.');
}

async function withKeySets<T>(
  context: Context,
  work: (publishing: KeySetPublishing) => Promise<T>,
): Promise<T> {
  const keySets = composeKeySets(context.config().database.url.reveal());
  try {
    return await reachDatabase(() => work(keySets));
  } finally {
    await keySets.close();
  }
}

async function newest(publishing: KeySetPublishing): Promise<KeySet> {
  const { newest: note } = await publishing.newest();
  if (note !== undefined) return parseKeySet(textOfNote(utf8(note)));
  throw new CliError(EXIT.refused, 'The log has no key set yet.', 'Make one: tenure keys init');
}

function print(context: Context, set: KeySet): void {
  const { log, version, fact, logKeys, time } = set;
  const root = formatNoteKey(rootName(log), set.root);
  const rows = [
    ...fact.map((range) => rangeRow('fact', range)),
    ...logKeys.map((range) => rangeRow('log', range)),
    ...time.map((key) => ['time', keyIdOf(key), '–', '–', '–', toBase64(key)]),
  ];
  const shown = rows.map(([role, keyId, from, to, , publicKey]) => {
    return { role, keyId, from, to, publicKey };
  });
  context.print({ log, version, root, keys: shown }, () =>
    [
      formatFields([
        ['log', log],
        ['version', String(version)],
        ['root', root],
      ]),
      formatTable(['ROLE', 'KEY', 'FROM', 'TO', 'VOID', 'PUBLIC KEY'], rows),
      'Data planes trust the root: give them its line.',
    ].join('\n\n'),
  );
}

function rangeRow(role: string, { key, from, to, void: voidFrom }: KeyRange): string[] {
  const limit = (value: number | null) => (value === null ? '–' : String(value));
  return [role, keyIdOf(key), String(from), limit(to), limit(voidFrom), toBase64(key)];
}
