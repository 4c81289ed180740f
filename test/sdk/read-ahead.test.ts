import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ReadAhead } from '../../sdk/typescript/read-ahead.ts';

const MIB = 1024 * 1024;
/** Beyond the memory that is taken at once, and no multiple of what is read at once. */
const SIZE = 129 * MIB + 5;
/** Not the first of the file: a snapshot's note was read before. */
const START = 3;
/** Does not divide what is read at once. */
const STEP = 1_000_003;

let directory: string;
let file: number;
const path = (): string => join(directory, 'file');

/** Zeros, which cost no disk, and a number across each MiB: no two places there are alike. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tenure-ahead-'));
  file = openSync(path(), 'w+');
  for (let place = MIB; place < SIZE; place += MIB) {
    writeSync(file, String(place).padStart(16), place - 8);
  }
  ftruncateSync(file, SIZE);
});
afterEach(() => {
  closeSync(file);
  rmSync(directory, { recursive: true, force: true });
});

test('what is read ahead is the file, also where chunks and pieces of memory meet', async () => {
  const whole = readFileSync(path());
  const ahead = new ReadAhead(file, START, SIZE);
  const taken: Uint8Array[] = [];
  for (let place = START; place < SIZE; place += STEP) {
    taken.push(await ahead.take(Math.min(STEP, SIZE - place)));
  }
  // Only now: nothing that was handed out may be read over.
  expect(Buffer.concat(taken).equals(whole.subarray(START))).toBe(true);
});

test('bytes behind the end of the file are refused, not made up', async () => {
  const ahead = new ReadAhead(file, SIZE - 4, SIZE);
  await ahead.take(4);
  await expect(ahead.take(1)).rejects.toThrow('the snapshot is cut');
});

test('a file that is cut while it is read is refused', async () => {
  ftruncateSync(file, SIZE - 1);
  await expect(new ReadAhead(file, SIZE - 4, SIZE).take(4)).rejects.toThrow('the snapshot is cut');
});
