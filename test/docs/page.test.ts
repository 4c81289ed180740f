import { expect, test } from '@jest/globals';
import { normalise, parsePage } from './page.ts';

test('commands, output and marks of a page come in their order; other blocks are words', () => {
  const page = '# A\n\n```sh\nls\n```\n\n```js\nx\n```\n\n<!-- test: wait -->\n\n```text\na\n```\n';
  expect(parsePage(page)).toEqual([
    { type: 'commands', text: 'ls\n' },
    { type: 'mark', text: 'wait' },
    { type: 'output', text: 'a\n' },
  ]);
});

test('outputs differ in ids, times, ports and spacing only', () => {
  const shown =
    'saga    7fbaf642-3856-41ce-ab65-767e3a2be3ff\n✔ dns  30 ms\nhttp://127.0.0.1:1/v1\n';
  const seen =
    '❯ dns\nsaga  db4b77b1-4f9d-4853-b2fe-ab75af1bca81\n✔ dns  7 ms\nhttp://127.0.0.1:2/v1';
  expect(normalise(seen).split('\n')).toEqual(normalise(shown).split('\n'));
});

test.each([
  ['state  active', 'state  failed'],
  ['18 facts verified', '17 facts verified'],
  ["reason: 'granted'", "reason: 'no-permission'"],
  ['STEP  STATE', 'STATE  STEP'],
])('%s is not %s', (shown, seen) => {
  expect(normalise(seen)).not.toBe(normalise(shown));
});
