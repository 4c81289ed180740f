import { equalBytes, toHex, utf8 } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { SHARD_COUNT, shardName } from '../facts/crypto/shard.ts';
import { parseCheckpoint } from '../facts/log/checkpoint.ts';
import { newestEpoch, parseKeySet } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import { unpackNode } from '../facts/log/state/file.ts';
import { parseStateNote } from '../facts/log/state/note.ts';
import { nodeHash } from '../facts/log/state/pages.ts';
import { shardScope } from '../facts/log/state/walk.ts';
import { formatTilePath } from '../facts/log/tile-path.ts';
import { bundleOf, newTiles } from '../facts/log/tiles.ts';
import { createHttpSource } from '../sdk/typescript/registry-source.ts';
import type { LineSource } from '../sdk/typescript/registry-source.ts';
import { walkState } from '../sdk/typescript/snapshot.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { formatFields } from './format.ts';
import { LogFolder } from './log-folder.ts';
import { logSourceOf, need, STATE_NOTE } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import { reachRegistry } from './reach-registry.ts';

/** Requests on their way. */
const AT_ONCE = 8;

/** `tenure log export`. */
export async function exportToFolder({ to }: { to: string }, context: Context): Promise<void> {
  const token = context.config().access.operatorToken;
  const source = logSourceOf(undefined, context, token);
  const lines = createHttpSource(context.url(), token.reveal());
  const copied = await reachRegistry(context.url(), () =>
    new LogExport(source, lines, new LogFolder(to)).run(),
  );
  context.print({ folder: to, ...copied }, () =>
    formatFields([
      ['folder', to],
      ['facts', String(copied.facts)],
      ['checkpoint', `of ${copied.size} facts`],
      ['state tree', copied.state === null ? 'none yet' : `of ${copied.state} facts`],
      ['fetched', `${copied.files} files`],
    ]),
  );
}

interface Copied {
  /** Lines that the folder has now. */
  readonly facts: number;
  readonly size: number;
  readonly state: number | null;
  /** Files that were written. */
  readonly files: number;
}

/** The notes of one moment; what they speak of is fetched after them, and written before them. */
interface Notes {
  readonly state: Uint8Array | undefined;
  readonly checkpoint: Uint8Array | undefined;
  readonly heartbeat: Uint8Array | undefined;
  readonly keys: readonly Uint8Array[];
}

/**
 * Brings a folder up to the log (facts-v1, "Folders"). It verifies nothing: who reads the folder
 * does. Killed at any moment it leaves a folder that the next run completes.
 */
export class LogExport {
  readonly #source: LogSource;
  readonly #lines: LineSource;
  readonly #folder: LogFolder;
  #files = 0;

  constructor(source: LogSource, lines: LineSource, folder: LogFolder) {
    this.#source = source;
    this.#lines = lines;
    this.#folder = folder;
  }

  async run(): Promise<Copied> {
    const notes = await this.#notes();
    await this.#assureSameLog(notes.keys);
    const anew = await this.#isOfOtherEpoch(notes.keys);
    const counts = await inParallel([...Array(SHARD_COUNT).keys()], (shard) =>
      this.#copyShard(shard, anew),
    );
    const size = sizeOf(notes.checkpoint);
    await inParallel([...tilesOf(size)], (path) => this.#copy(path, anew));
    const nodes = await this.#copyNodes(notes.state);
    for (const [at, note] of notes.keys.entries()) await this.#write(`keys/${at + 1}`, note);
    if (notes.checkpoint !== undefined) await this.#write('checkpoint', notes.checkpoint);
    if (notes.heartbeat !== undefined) await this.#write('heartbeat', notes.heartbeat);
    if (notes.state !== undefined) await this.#write(STATE_NOTE, notes.state);
    await this.#removeOtherNodes(nodes);
    const facts = counts.reduce((sum, count) => sum + count, 0);
    const state = notes.state === undefined ? null : stateIn(notes.state).size;
    return { facts, size, state, files: this.#files };
  }

  /** The state first, and the keys, which sign all others, last. */
  async #notes(): Promise<Notes> {
    const state = await this.#source.read(STATE_NOTE);
    const checkpoint = await this.#source.read('checkpoint');
    const heartbeat = await this.#source.read('heartbeat');
    const keys = [await need(this.#source, 'keys/1')];
    for (;;) {
      const next = await this.#source.read(`keys/${keys.length + 1}`);
      if (next === undefined) return { state, checkpoint, heartbeat, keys };
      keys.push(next);
    }
  }

  /** Lines of two logs in one folder are none of either. */
  async #assureSameLog([first]: readonly Uint8Array[]): Promise<void> {
    const before = await this.#folder.read('keys/1');
    if (before === undefined || first === undefined || equalBytes(before, first)) return;
    const sentence = 'The folder has the copy of another log.';
    throw new CliError(EXIT.refused, sentence, 'Give another folder, or remove this one.');
  }

  /** After a restored backup files that "never change" are others. */
  async #isOfOtherEpoch(keys: readonly Uint8Array[]): Promise<boolean> {
    const versions = (await this.#folder.names('keys')).map(Number).filter(Number.isInteger);
    const newest = await this.#folder.read(`keys/${Math.max(1, ...versions)}`);
    const now = keys.at(-1);
    return newest === undefined || now === undefined || epochIn(newest) !== epochIn(now);
  }

  /** How many lines there are then. */
  async #copyShard(shard: number, anew: boolean): Promise<number> {
    const path = `facts/${shardName(shard)}`;
    const before = anew ? undefined : await this.#folder.read(path);
    const text = new TextDecoder().decode(before);
    const lines = text.split('\n').slice(0, -1);
    const had = lines.length;
    for (;;) {
      const { signal } = new AbortController();
      const more = await this.#lines.fetch(shard, lines.length + 1, signal);
      if (more.length === 0) break;
      lines.push(...more);
    }
    if (lines.length > had) {
      await this.#write(path, `${lines.join('\n')}\n`);
    } else if (anew) await this.#folder.remove(path);
    return lines.length;
  }

  async #copy(path: string, anew: boolean): Promise<void> {
    if (anew || !(await this.#folder.has(path))) {
      await this.#write(path, await need(this.#source, path));
    }
  }

  /** Names of the nodes of the newest tree. */
  async #copyNodes(note: Uint8Array | undefined): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    if (note === undefined) return names;
    await walkState(
      stateIn(note),
      shardScope(() => true),
      async ({ hash }) => {
        const path = `state/${toHex(hash)}`;
        const before = await this.#folder.read(path);
        if (before !== undefined && isNode(before, hash)) return before;
        const file = await need(this.#source, path);
        await this.#write(path, file);
        return file;
      },
      { atOnce: AT_ONCE, take: (_node, hash) => names.add(toHex(hash)) },
    );
    return names;
  }

  async #removeOtherNodes(names: ReadonlySet<string>): Promise<void> {
    for (const name of await this.#folder.names('state')) {
      if (name !== 'note' && !names.has(name)) await this.#folder.remove(`state/${name}`);
    }
  }

  async #write(path: string, content: Uint8Array | string): Promise<void> {
    const before = await this.#folder.read(path);
    const bytes = typeof content === 'string' ? utf8(content) : content;
    if (before !== undefined && Buffer.compare(before, bytes) === 0) return;
    await this.#folder.write(path, bytes);
    this.#files += 1;
  }
}

function* tilesOf(size: number): Generator<string> {
  for (const tile of newTiles(0, size)) {
    yield formatTilePath(tile);
    if (tile.level === 0) yield formatTilePath(bundleOf(tile));
  }
}

function sizeOf(checkpoint: Uint8Array | undefined): number {
  return checkpoint === undefined ? 0 : parseCheckpoint(textOfNote(checkpoint)).size;
}

function epochIn(keySet: Uint8Array): number {
  return newestEpoch(parseKeySet(textOfNote(keySet)));
}

/** Somebody may have copied the folder by halves. */
function isNode(file: Uint8Array, hash: Uint8Array): boolean {
  try {
    return equalBytes(nodeHash(unpackNode(file)), hash);
  } catch (error) {
    if (error instanceof FactError) return false;
    throw error;
  }
}

function stateIn(note: Uint8Array) {
  return parseStateNote(textOfNote(note));
}

/** Results in the order of the items. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...items.entries()].toReversed();
  const workOff = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [at, item] = next;
      results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, workOff));
  return results;
}
