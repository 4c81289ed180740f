import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { shardName } from '../../facts/crypto/shard.ts';
import type { LineSource } from './registry-source.ts';
import { replaceFile } from './replace-file.ts';

const SUFFIX = '.facts';

/** What the disk holds of a shard: whole lines, without a torn last one. */
export type SavedShard = { shard: number; lines: string[] };

/** Where accepted lines outlive the process: what a {@link Journal} does, as a role. */
export type LineJournal = LineSource & {
  load(): Iterable<SavedShard>;
  append(shard: number, lines: readonly string[]): void;
  replace(shard: number, lines: readonly string[]): void;
};

/**
 * Accepted lines on disk, one append-only file per shard. Not the truth: a lost tail is fetched
 * again, so nothing is flushed; a torn last line is cut off. What is read back is verified again.
 */
export class Journal implements LineJournal {
  readonly #directory: string;
  readonly #files = new Map<number, number>();
  /** Shards whose last write failed: appending behind a torn line would lose what follows. */
  readonly #broken = new Set<number>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(join(directory, 'shards'), { recursive: true });
  }

  *load(): Generator<SavedShard> {
    for (const name of readdirSync(join(this.#directory, 'shards')).toSorted()) {
      const shard = Number.parseInt(name.slice(0, 2), 16);
      if (name !== `${shardName(shard)}${SUFFIX}`) continue;
      yield { shard, lines: this.#read(shard) };
    }
  }

  /** Throws when the disk refuses; the shard is then no longer written in this process. */
  append(shard: number, lines: readonly string[]): void {
    if (lines.length === 0 || this.#broken.has(shard)) return;
    try {
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#file(shard), bytes, written);
    } catch (error) {
      this.#broken.add(shard);
      throw error;
    }
  }

  /** Puts these lines in place of the shard's file, whole or not at all. */
  replace(shard: number, lines: readonly string[]): void {
    const path = this.#path(shard);
    const file = this.#files.get(shard);
    if (file !== undefined) closeSync(file);
    this.#files.delete(shard);
    replaceFile(path, lines.map((line) => `${line}\n`).join(''));
    this.#broken.delete(shard);
  }

  /** Lines from a position on, as a {@link LineSource} gives them. */
  fetch(shard: number, from: number): Promise<string[]> {
    const lines = this.#read(shard);
    // Behind a snapshot the first is not line 1.
    const first = Number.parseInt(lines[0] ?? '1', 10);
    return Promise.resolve(lines.slice(Math.max(0, from - first)));
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  /** By bytes: a text of what is no UTF-8 is longer than its file. */
  #read(shard: number): string[] {
    const path = this.#path(shard);
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    if (whole.length < bytes.length) truncateSync(path, whole.length);
    return whole.toString('utf8').split('\n').slice(0, -1);
  }

  #file(shard: number): number {
    const open = this.#files.get(shard) ?? openSync(this.#path(shard), 'a');
    this.#files.set(shard, open);
    return open;
  }

  #path(shard: number): string {
    return join(this.#directory, 'shards', `${shardName(shard)}${SUFFIX}`);
  }
}
