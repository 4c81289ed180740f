import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { lockDirectory } from '../../sdk/typescript/directory-lock.ts';

const RENEWED_WITHIN_MS = 5_000;

let directory: string;
beforeEach(() => {
  jest.useFakeTimers();
  directory = mkdtempSync(join(tmpdir(), 'tenure-lock-'));
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

test('a disk that refuses when the lock is renewed is told, and ends nobody', () => {
  const told: unknown[] = [];
  const lock = lockDirectory(directory, (error) => told.push(error));
  jest.advanceTimersByTime(RENEWED_WITHIN_MS);
  expect(told).toEqual([]);
  rmSync(directory, { recursive: true });
  jest.advanceTimersByTime(RENEWED_WITHIN_MS);
  expect(told).toMatchObject([{ code: 'ENOENT' }]);
  lock.release();
});
