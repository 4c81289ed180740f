import type { LineJournal, SavedShard } from '../../sdk/typescript/journal.ts';
import type { Dice } from './dice.ts';
import type { Host } from './host.ts';
import { KEY_SET_BYTES } from './tags.ts';

/** A reader's directory. Nothing is flushed: a crash takes or tears what was written last. */
export class VirtualDisk {
  readonly files = new Map<number, string>();
  heartbeat: Uint8Array | undefined;
  knownAtMs: number | undefined;
  /** From version 1 on, with which a plane begins here. */
  readonly keySets = [KEY_SET_BYTES];

  /** The last bytes of one file, within a line as a rule. */
  tear(dice: Dice): void {
    const shards = [...this.files.keys()];
    if (shards.length === 0) return;
    const shard = dice.pick(shards);
    const text = this.files.get(shard) ?? '';
    const lost = dice.chance(0.2) ? text.length : dice.between(0, Math.min(text.length, 2_000) + 1);
    this.files.set(shard, text.slice(0, text.length - lost));
  }
}

/** `Journal` is one over files; this one has its rules: whole lines, a torn last one is cut off. */
export const journalOn = (disk: VirtualDisk, host: Host): LineJournal => {
  const read = (shard: number): string[] => {
    const text = disk.files.get(shard) ?? '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (!host.isDead) disk.files.set(shard, whole);
    return whole.split('\n').slice(0, -1);
  };
  const format = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  return {
    *load(): Generator<SavedShard> {
      for (const shard of [...disk.files.keys()].toSorted((a, b) => a - b))
        yield { shard, lines: read(shard) };
    },
    append: (shard, lines) => {
      if (host.isDead || lines.length === 0) return;
      disk.files.set(shard, (disk.files.get(shard) ?? '') + format(lines));
    },
    replace: (shard, lines) => {
      if (!host.isDead) disk.files.set(shard, format(lines));
    },
    fetch: (shard, from) => Promise.resolve(read(shard).slice(from - 1)),
  };
};
