import { utf8 } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { SHARD_COUNT } from '../facts/crypto/shard.ts';
import { checkpointOrigin, parseCheckpoint } from '../facts/log/checkpoint.ts';
import { openKeptCheckpoint } from '../facts/log/checkpoint-of-set.ts';
import { factKeysOf } from '../facts/log/fact-keys.ts';
import { emptyHeads } from '../facts/log/heads.ts';
import { newestEpoch, parseKeySet } from '../facts/log/key-set.ts';
import type { KeySet } from '../facts/log/key-set.ts';
import { textOfNote } from '../facts/log/note.ts';
import { growState } from '../facts/log/state/grow.ts';
import type { Growth } from '../facts/log/state/grow-tree.ts';
import { formatStateNote } from '../facts/log/state/note.ts';
import type { StateNote } from '../facts/log/state/note.ts';
import { openStateNote } from '../facts/log/state/open-note.ts';
import { LostLeadershipError, type FactReading, type SignedFact } from '../ports/fact-log.ts';
import type { LogKeeping } from '../ports/log-store.ts';
import type { StateKeeping } from '../ports/state-store.ts';
import { signNoteBy, type KeyRing } from './key-ring.ts';
import { StateFold } from './state-fold.ts';
import { hashOf, runReading, writeNodes, type Breathe } from './state-nodes.ts';

/** DESIGN 3, "State tree": made with the log each minute. */
const SNAPSHOT_MS = 60_000;
/** Before there is any: a plane that starts gets one early. */
const FIRST_SNAPSHOT_MS = 1_000;
const MAX_FACTS_AT_ONCE = 20_000;
const FACTS_PER_PAGE = 500;
/** Signatures between two turns of the event loop: about 2 ms. */
const FACTS_PER_TURN = 32;

export interface SnapshotterPorts {
  readonly log: string;
  readonly keys: KeyRing;
  readonly store: Pick<LogKeeping, 'heads' | 'findNote' | 'findKeySet'> &
    Pick<FactReading, 'readShard'> &
    StateKeeping;
  /** Facts folded in memory at once; of more than these each shard is folded by itself. */
  readonly maxFactsAtOnce?: number;
}

/** What the next note is to be of. */
interface Goal {
  readonly size: number;
  /** Versions 1 to the newest. */
  readonly sets: readonly KeySet[];
  readonly set: KeySet;
}

/**
 * Makes the state tree of the newest signed checkpoint out of the one before it, and signs it
 * (facts-v1, "State tree"). It costs what changed. From nothing it begins when there is none yet,
 * when facts became void, with a new epoch, and when its own last note does not hold.
 */
export class Snapshotter {
  readonly #ports: SnapshotterPorts;
  #hasOne = false;

  constructor(ports: SnapshotterPorts) {
    this.#ports = ports;
  }

  get everyMs(): number {
    return this.#hasOne ? SNAPSHOT_MS : FIRST_SNAPSHOT_MS;
  }

  /** `over`: another one leads, or the process ends. */
  async run(fence: number, over: () => boolean): Promise<void> {
    const { store } = this.#ports;
    await store.removeDropped();
    const goal = await this.#goal();
    if (goal === undefined) return;
    const base = await this.#base(goal);
    if (base?.size !== goal.size) await this.#make(fence, goal, base, breathing(over));
    this.#hasOne = true;
  }

  /** Undefined while there is no checkpoint of this epoch, or one of nothing. */
  async #goal(): Promise<Goal | undefined> {
    const { log, store } = this.#ports;
    const checkpoint = await store.findNote('checkpoint');
    const { keySet } = await store.heads();
    if (checkpoint === undefined || keySet === 0) return undefined;
    const sets: KeySet[] = [];
    for (let version = 1; version <= keySet; version += 1) {
      const note = await store.findKeySet(version);
      if (note === undefined) throw new Error(`key set ${version} is missing`);
      sets.push(parseKeySet(textOfNote(utf8(note))));
    }
    const set = sets.at(-1) as KeySet;
    const { origin, size } = parseCheckpoint(textOfNote(utf8(checkpoint)));
    const epoch = newestEpoch(set);
    if (origin !== checkpointOrigin(log, epoch) || size === 0) return undefined;
    // It was read from the database, whose owner must not choose what size the log key states.
    openKeptCheckpoint(checkpoint, set, epoch);
    return { size, sets, set };
  }

  /** The last note, when the next can be grown from it: what readers would refuse cannot. */
  async #base({ size, sets }: Goal): Promise<StateNote | undefined> {
    const note = await this.#ports.store.findNote('state');
    if (note === undefined) return undefined;
    try {
      const stated = openStateNote(utf8(note), sets);
      return stated.size <= size ? stated : undefined;
    } catch (error) {
      if (error instanceof FactError) return undefined;
      throw error;
    }
  }

  async #make(
    fence: number,
    goal: Goal,
    base: StateNote | undefined,
    breathe: Breathe,
  ): Promise<void> {
    const { log, keys, store } = this.#ports;
    const { size, set } = goal;
    const after = base && (await store.roundOf(base.root));
    // A note whose nodes are gone is no base either.
    const from = after === undefined ? undefined : base;
    const round = await store.nextRound();
    const growth: Growth = { written: new Map(), replaced: new Set() };
    const fold = new StateFold(factKeysOf(set), from?.heads ?? emptyHeads());
    let root = from?.root ?? null;
    for (const facts of this.#portions(size, from)) {
      await addAll(fold, facts, breathe);
      const changes = fold.take();
      if (changes.length === 0) continue;
      root = await runReading(growState(root, changes, growth), store, breathe);
      await writeNodes(growth.written, round, store, breathe);
      growth.written.clear();
    }
    if (root === null) throw new Error(`no facts in a log of size ${size}`);
    const counted = fold.heads.reduce((sum, { count }) => sum + count, 0);
    if (counted !== size) throw new Error(`${counted} facts in a log of size ${size}`);
    const epoch = newestEpoch(set);
    const text = formatStateNote({
      ...{ log, epoch, size, root, heads: [...fold.heads] },
      keySetVersion: set.version,
    });
    const signer = await keys.logSigner(set.version, size, checkpointOrigin(log, epoch));
    const note = await signNoteBy(text, signer);
    const replaced = [...growth.replaced].map(hashOf);
    await store.saveState(fence, note, { round, after, replaced });
  }

  /** Facts below `size` that are not in `from`, each shard's in their order. */
  *#portions(size: number, from: StateNote | undefined): Generator<AsyncIterable<SignedFact>> {
    const first = from?.size ?? 0;
    const { store, maxFactsAtOnce = MAX_FACTS_AT_ONCE } = this.#ports;
    if (size - first <= maxFactsAtOnce) {
      yield pages((next) => store.readLog(next, FACTS_PER_PAGE), first, 'index', size);
      return;
    }
    for (let shard = 0; shard < SHARD_COUNT; shard += 1) yield this.#ofShard(shard, size, from);
  }

  #ofShard(shard: number, size: number, from: StateNote | undefined): AsyncIterable<SignedFact> {
    const { store } = this.#ports;
    const first = (from?.heads[shard]?.count ?? 0) + 1;
    const read = (next: number) => store.readShard(shard, next, FACTS_PER_PAGE);
    return pages(read, first, 'position', size);
  }
}

/** Page after page, from a place on, up to the facts below an index. */
async function* pages(
  read: (next: number) => Promise<readonly SignedFact[]>,
  first: number,
  place: 'index' | 'position',
  size: number,
): AsyncGenerator<SignedFact> {
  let next = first;
  for (;;) {
    const facts = await read(next);
    for (const fact of facts) {
      if (fact.index >= size) return;
      yield fact;
      next = fact[place] + 1;
    }
    if (facts.length === 0) return;
  }
}

async function addAll(
  fold: StateFold,
  facts: AsyncIterable<SignedFact>,
  breathe: Breathe,
): Promise<void> {
  let added = 0;
  for await (const fact of facts) {
    fold.add(fact);
    added += 1;
    if (added % FACTS_PER_TURN === 0) await breathe();
  }
}

/** Signing goes on in between. */
function breathing(over: () => boolean): Breathe {
  return () =>
    new Promise((resolve, reject) => {
      setImmediate(() => {
        if (over()) reject(new LostLeadershipError('the leadership ended before the snapshot'));
        else resolve();
      });
    });
}
