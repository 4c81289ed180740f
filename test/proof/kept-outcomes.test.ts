import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../../tools/run-command.ts';
import { SOURCES } from './kept-outcomes.ts';

/** What a proof begins with; everything else is named by a file before it. */
const ENTRIES = ['main.ts', 'worker-main.ts', 'sequencer-main.ts'];
/** Imported, or begun as a process of its own. */
const NAMED = /'([\w./-]+\.[jt]s)'/g;

function reached(): string[] {
  const found = new Set(ENTRIES.map((name) => join('test/proof', name)));
  for (const file of found) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const named = [...text.matchAll(NAMED)].map(([, name = '']) => join(dirname(file), name));
    for (const path of named) if (existsSync(join(ROOT, path))) found.add(path);
  }
  return [...found];
}

test('an outcome rests on every file that a proof runs', () => {
  const isSource = (file: string) =>
    SOURCES.some((source) => file === source || file.startsWith(`${source}/`));
  const files = reached();
  expect(files).toEqual(
    expect.arrayContaining(['workers/sequencing.ts', 'sdk/typescript/plane.ts', 'api/main.ts']),
  );
  expect(files.filter((file) => !isSource(file))).toEqual([]);
});

test('what an outcome rests on is there', () => {
  expect(SOURCES.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
});
