import { toBase64, utf8 } from '../facts/core/bytes.ts';
import { keyIdOf } from '../facts/crypto/hash.ts';
import { parseKeySet, rootName } from '../facts/log/key-set.ts';
import type { KeyRange, KeySet } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import { formatNoteKey } from '../facts/log/note-key.ts';
import type { KeySetPublishing } from '../ports/log-store.ts';
import { newestSet } from '../registry/key-sets.ts';
import { composeKeySets } from '../wiring/keys.ts';
import type { Context } from './context.ts';
import { formatFields, formatTable } from './format.ts';
import { reachDatabase } from './reach.ts';

/** The newest key set, and what data planes pinned at the beginning. */
export interface PublishedKeys {
  readonly set: KeySet;
  /** Public key of the first root. */
  readonly firstRoot: Uint8Array;
}

export async function withKeySets<T>(
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

export async function readKeys(publishing: KeySetPublishing): Promise<PublishedKeys> {
  const set = newestSet(await publishing.newest());
  const first = await publishing.findKeySet(1);
  const firstRoot = first === undefined ? set.root : parseKeySet(textOfNote(utf8(first))).root;
  return { set, firstRoot };
}

/** `next`: what is to be done now, in a sentence. */
export function printKeys(context: Context, { set, firstRoot }: PublishedKeys, next = ''): void {
  const { log, version, fact, logKeys, time } = set;
  const root = formatNoteKey(rootName(log), firstRoot);
  const newestRoot = keyIdOf(set.root);
  const rows = [
    ...fact.map((range) => rangeRow('fact', range)),
    ...logKeys.map((range) => rangeRow('log', range)),
    ...time.map((key) => ['time', keyIdOf(key), '–', '–', '–', toBase64(key)]),
  ];
  const keys = rows.map(([role, keyId, from, to, voidFrom, publicKey]) => {
    return { role, keyId, from, to, void: voidFrom, publicKey };
  });
  context.print({ log, version, root, newestRoot, keys }, () =>
    [
      formatFields([
        ['log', log],
        ['version', String(version)],
        ['root', root],
        ['newest root', newestRoot],
      ]),
      formatTable(['ROLE', 'KEY', 'FROM', 'TO', 'VOID', 'PUBLIC KEY'], rows),
      'Data planes trust the root, the first one also after rotations: give them its line.',
      ...(next === '' ? [] : [next]),
    ].join('\n\n'),
  );
}

function rangeRow(role: string, { key, from, to, void: voidFrom }: KeyRange): string[] {
  const limit = (value: number | null) => (value === null ? '–' : String(value));
  return [role, keyIdOf(key), String(from), limit(to), limit(voidFrom), toBase64(key)];
}
