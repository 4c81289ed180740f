import { equalBytes, toHex } from '../../facts/core/bytes.ts';
import { FactError } from '../../facts/core/errors.ts';
import { factKeysOf } from '../../facts/log/fact-keys.ts';
import type { FactKey, FindFactKey } from '../../facts/log/fact-keys.ts';
import { rootName } from '../../facts/log/key-set.ts';
import type { KeySet } from '../../facts/log/key-set.ts';
import { parseNoteKey } from '../../facts/log/note-key.ts';
import { openKeySet, trustedBy } from '../../facts/log/open-key-set.ts';
import type { TrustedKeys } from '../../facts/log/open-key-set.ts';

/** What a newer key set changes about facts that were taken already. */
export type KeyChange = {
  /** The lowest index from which facts may be void now and were not; undefined: none. */
  voidFrom: number | undefined;
  /** The lowest index from which a restored backup wrote the log anew; undefined: it did not. */
  forkFrom: number | undefined;
  /** Sizes of the log at which what the log key signed is void now and was not, from and up to. */
  voidSizes: readonly Span[];
};

type Span = { from: number; to: number };

const lowest = (indexes: readonly number[]): number | undefined =>
  indexes.length === 0 ? undefined : Math.min(...indexes);

const newlyVoid = (older: KeySet, newer: KeySet): number[] => {
  const before = new Map(older.fact.map((range) => [toHex(range.key), range.void]));
  return newer.fact.flatMap(({ key, void: start }) =>
    start !== null && start !== before.get(toHex(key)) ? [start] : [],
  );
};

/** Up to the end that each key had before, where it may have signed while it was closed. */
const newlyVoidSizes = (older: KeySet, newer: KeySet): Span[] =>
  newer.logKeys.flatMap(({ key, void: from }) => {
    const before = older.logKeys.find((range) => equalBytes(range.key, key));
    const isNew = before !== undefined && from !== null && from !== before.void;
    return isNew ? [{ from, to: before.to ?? Number.MAX_SAFE_INTEGER }] : [];
  });

const OPENED = { openKeySet, factKeysOf };

/** The keys of a log, learned set by set from one root that the reader was given. */
export class KeyChain {
  readonly log: string;
  #trusted: TrustedKeys;
  #find: FindFactKey = () => undefined;
  readonly #sets: KeySet[] = [];
  readonly #ways: typeof OPENED;

  /**
   * `root`: note key of the first root. Throws `key-invalid` for another one, or none. `ways`: how
   * sets are opened and keys found; only a simulation that fakes signatures brings others.
   */
  constructor(log: string, root: string, ways = OPENED) {
    const verifier = parseNoteKey(root);
    if (verifier.name !== rootName(log)) {
      throw new FactError('key-invalid', `${verifier.name} is not the root of ${log}`);
    }
    this.log = log;
    this.#ways = ways;
    this.#trusted = { version: 0, root: verifier, set: undefined };
  }

  /** The newest set; undefined before the first. */
  get set(): KeySet | undefined {
    return this.#trusted.set;
  }

  /** Versions 1 to the newest. */
  get sets(): readonly KeySet[] {
    return this.#sets;
  }

  /** Of the newest set; 0 before the first. */
  get version(): number {
    return this.#trusted.version;
  }

  find(keyId: string): FactKey | undefined {
    return this.#find(keyId);
  }

  /** Takes the next set out of its note. Throws a `note-…` or `keyset-…` FactError. */
  take(note: Uint8Array): KeyChange {
    const older = this.set;
    const set = this.#ways.openKeySet(note, this.log, this.#trusted);
    this.#trusted = trustedBy(set);
    this.#find = this.#ways.factKeysOf(set);
    this.#sets.push(set);
    if (older === undefined) return { voidFrom: undefined, forkFrom: undefined, voidSizes: [] };
    return {
      voidFrom: lowest(newlyVoid(older, set)),
      forkFrom: lowest(set.epochs.slice(older.epochs.length).map(({ first }) => first)),
      voidSizes: newlyVoidSizes(older, set),
    };
  }
}
