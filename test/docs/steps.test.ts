import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { edit, parseSteps } from './steps.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-steps-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('files, changes and commands come in their order; blocks without a path are words', () => {
  const page =
    '```ts a/b.ts\nx\n```\n\n```ts\nwords\n```\n\n```diff c.ts\n+y\n```\n```sh\nls\n```\n';
  expect(parseSteps(page)).toEqual([
    { type: 'file', path: 'a/b.ts', text: 'x\n' },
    { type: 'change', path: 'c.ts', text: '+y\n' },
    { type: 'commands', text: 'ls\n' },
  ]);
});

test('a file is made with its folders, and each part of a change is done in its place', () => {
  edit(folder, { type: 'file', path: 'a/b.ts', text: 'one\ntwo\nthree\nfour\n' });
  const text = ' one\n-two\n+2\n@@\n four\n+five\n';
  edit(folder, { type: 'change', path: 'a/b.ts', text });
  expect(readFileSync(join(folder, 'a/b.ts'), 'utf8')).toBe('one\n2\nthree\nfour\nfive\n');
});

test.each([
  ['nowhere', ' wo\n+x\n'],
  ['twice', ' two\n+x\n'],
])('a change whose lines are there %s is refused, and says which', (where, text) => {
  writeFileSync(join(folder, 'c.ts'), 'two\nthree\ntwo\n');
  const doing = () => edit(folder, { type: 'change', path: 'c.ts', text });
  expect(doing).toThrow(`c.ts has these lines ${where}:\n${text.slice(1, 4).trim()}`);
});
