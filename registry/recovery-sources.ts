import { utf8 } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import type { factKeysOf } from '../facts/log/fact-keys.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { openKeySet, trustedBy } from '../facts/log/open-key-set.ts';
import type { LogHeads, NewKeySet } from '../ports/log-store.ts';
import type { FactSource } from '../ports/recovery.ts';
import type { KeyRing } from './key-ring.ts';
import { MissingFacts } from './missing-facts.ts';
import { RecoverError } from './recover-error.ts';

/** Signatures between two turns of the event loop: the leader's lock must not fall silent. */
const LINES_PER_TURN = 64;

/** The newest key set of all, and those that the database lacks, verified one after the other. */
export async function newestKeys(
  sources: readonly FactSource[],
  keys: KeyRing,
  keySet: number,
): Promise<{ readonly set: KeySet; readonly added: readonly NewKeySet[] }> {
  if (keySet === 0)
    throw new RecoverError('no-key-set', 'the database has no key set: restore a newer backup');
  let set = await keys.setOf(keySet);
  const added: NewKeySet[] = [];
  for (;;) {
    const next = await nextSet(sources, set);
    if (next === undefined) return { set, added };
    added.push({ version: next.set.version, note: next.note });
    set = next.set;
  }
}

async function nextSet(sources: readonly FactSource[], set: KeySet) {
  for (const source of sources) {
    const note = await reading(source, () => source.keySet(set.version + 1));
    if (note === undefined) continue;
    try {
      return { note, set: openKeySet(utf8(note), set.log, trustedBy(set)) };
    } catch (cause) {
      if (!(cause instanceof FactError)) throw cause;
      const what = `${source.name}: key set ${set.version + 1}: ${cause.message}`;
      throw new RecoverError('other-facts', what, { cause });
    }
  }
  return undefined;
}

async function reading<T>({ name }: FactSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RecoverError('source-unreadable', `${name} cannot be read: ${why}`, { cause });
  }
}

/** Whatever the sources have behind the end of the log. */
export async function collect(
  sources: readonly FactSource[],
  { nextIndex, shards }: LogHeads,
  set: KeySet,
  keysOf?: typeof factKeysOf,
): Promise<MissingFacts> {
  const positions = shards.map(({ count }) => count);
  const missing = new MissingFacts(set, { nextIndex, positions }, keysOf);
  for (const source of sources)
    await reading(source, async () => {
      let lines = 0;
      for await (const batch of source.read(positions))
        for (const line of batch) {
          missing.add(line);
          lines += 1;
          if (lines % LINES_PER_TURN === 0) await new Promise(setImmediate);
        }
    });
  return missing;
}
