import { toHex } from '../facts/core/bytes.ts';
import { StateAudit } from '../facts/log/state/audit.ts';
import type { StateNote } from '../facts/log/state/note.ts';
import { openStateNote } from '../facts/log/state/open-note.ts';
import { shardScope } from '../facts/log/state/walk.ts';
import type { KeyChain } from '../sdk/typescript/key-chain.ts';
import { walkState } from '../sdk/typescript/snapshot.ts';
import { need } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import { newestSet } from './trust.ts';

const NODES_AT_ONCE = 8;

/** The state tree of a log that is audited: its facts go in first, then the tree is read. */
export class TreeAudit {
  readonly facts: StateAudit;
  readonly #note: StateNote;

  /** Throws a FactError when the note does not hold. */
  constructor(note: Uint8Array, keys: KeyChain) {
    this.#note = openStateNote(note, keys.sets);
    this.facts = new StateAudit(this.#note, newestSet(keys));
  }

  /** Of the log. */
  get size(): number {
    return this.#note.size;
  }

  async check(source: LogSource): Promise<void> {
    const tenants = await walkState(
      this.#note,
      shardScope(() => true),
      ({ hash }) => need(source, `state/${toHex(hash)}`),
      { atOnce: NODES_AT_ONCE, take: () => undefined },
    );
    for (const tenant of tenants) this.facts.take(tenant);
    this.facts.end();
  }
}
