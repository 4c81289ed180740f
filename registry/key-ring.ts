import { isInRange, isVoid } from '../facts/log/fact-keys.ts';
import { parseKeySet, timeName } from '../facts/log/key-set.ts';
import type { KeyRange, KeySet } from '../facts/log/key-set.ts';
import { equalBytes, utf8 } from '../facts/core/bytes.ts';
import { formatNote, textOfNote } from '../facts/log/note.ts';
import type { LogReading } from '../ports/log-store.ts';
import type { Signer } from '../ports/signer.ts';

/** No key that this process holds may sign there; says what to do. */
export class NoSigningKeyError extends Error {
  override readonly name = 'NoSigningKeyError';
}

/** A key and the name under which it signs notes (C2SP signed-note). */
export interface NamedSigner {
  readonly name: string;
  readonly signer: Signer;
}

/**
 * The keys of this process, and the key sets that say which of them signs (DESIGN 3, "Roles of
 * keys"). Key sets are not verified here: readers do, and a set that was forged into the database
 * names no key that we hold.
 */
export class KeyRing {
  readonly #open: () => readonly Signer[];
  #held: readonly Signer[];
  readonly #log: string;
  readonly #store: Pick<LogReading, 'findKeySet'>;
  #newest: KeySet | undefined;

  /** `open` gives the keys that are there now; a new one appears while the process runs. */
  constructor(log: string, open: () => readonly Signer[], store: Pick<LogReading, 'findKeySet'>) {
    this.#log = log;
    this.#open = open;
    this.#held = open();
    this.#store = store;
  }

  async setOf(version: number): Promise<KeySet> {
    if (this.#newest?.version === version) return this.#newest;
    if (version === 0)
      throw new NoSigningKeyError('the log has no key set yet: run "tenure keys init"');
    const note = await this.#store.findKeySet(version);
    if (note === undefined) throw new NoSigningKeyError(`key set ${version} is missing`);
    const set = parseKeySet(textOfNote(utf8(note)));
    if (set.log !== this.#log)
      throw new NoSigningKeyError(`the key set is of ${set.log}: set FACT_LOG_ORIGIN to that`);
    this.#newest = set;
    return set;
  }

  /** A restored database may have another set of the same version. */
  forget(): void {
    this.#newest = undefined;
  }

  /** `index`: of the fact. */
  async factSigner(version: number, index: number): Promise<Signer> {
    return this.#valid('fact', (await this.setOf(version)).fact, index);
  }

  /** `size`: of the tree. `origin` is the name of the key too (C2SP tlog-checkpoint). */
  async logSigner(version: number, size: number, origin: string): Promise<NamedSigner> {
    const signer = this.#valid('log', (await this.setOf(version)).logKeys, size);
    return { name: origin, signer };
  }

  async timeSigner(version: number): Promise<NamedSigner> {
    const { time, log } = await this.setOf(version);
    const signer = time.map((key) => this.#holding(key)).find((held) => held !== undefined);
    if (signer === undefined) throw noKey('time', 'now');
    return { name: timeName(log), signer };
  }

  #valid(role: string, ranges: readonly KeyRange[], at: number): Signer {
    const range = ranges.find((one) => isInRange(one, at) && !isVoid(one, at));
    const signer = range && this.#holding(range.key);
    if (signer === undefined) throw noKey(role, `at ${at}`);
    return signer;
  }

  #holding(key: Uint8Array): Signer | undefined {
    const find = () => this.#held.find(({ publicKey }) => equalBytes(publicKey, key));
    const known = find();
    if (known !== undefined) return known;
    this.#held = this.#open();
    return find();
  }
}

function noKey(role: string, where: string): NoSigningKeyError {
  return new NoSigningKeyError(
    `the key folder lacks the ${role} key that signs ${where}: put its file there (KEY_DIR)`,
  );
}

/** A note by each of these keys, also by one that signs far away. */
export async function signNoteBy(text: string, ...signers: NamedSigner[]): Promise<string> {
  const message = utf8(text);
  const signatures = signers.map(async ({ name, signer }) => {
    const signature = await signer.sign(message);
    return { name, publicKey: signer.publicKey, signature };
  });
  return formatNote(text, await Promise.all(signatures));
}
