import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { utf8 } from '../../facts/core/bytes.ts';
import { SnapshotWriter } from '../../sdk/typescript/snapshot-file.ts';

test('a snapshot that is removed is on no disk, and keeps nothing open', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenure-snapshot-'));
  const [node, hash] = [utf8('node'), new Uint8Array(32)];
  const writer = new SnapshotWriter(directory, utf8('note'));
  writer.add(node, hash);
  const file = writer.finish();
  expect(file.find(hash)).toEqual(Buffer.from(node));
  file.remove();
  expect(existsSync(join(directory, 'snapshot'))).toBe(false);
  expect(() => file.find(hash)).toThrow('EBADF');
  rmSync(directory, { recursive: true });
});
