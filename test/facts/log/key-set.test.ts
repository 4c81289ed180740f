import { expect, test } from '@jest/globals';
import { utf8 } from '../../../facts/core/bytes.ts';
import { keyIdOf } from '../../../facts/crypto/hash.ts';
import { checkFactKey, factKeysOf, isVoid } from '../../../facts/log/fact-keys.ts';
import type { FactKey } from '../../../facts/log/fact-keys.ts';
import { formatHeartbeat, parseHeartbeat } from '../../../facts/log/heartbeat.ts';
import { formatKeySet, parseKeySet, rootName } from '../../../facts/log/key-set.ts';
import { parseNoteKey } from '../../../facts/log/note-key.ts';
import { openKeySet, trustedBy } from '../../../facts/log/open-key-set.ts';
import { LOG, signer } from '../../sdk/support/fact-writer.ts';
import { aHeartbeat, aKeySet, headsOf, keySetNote } from '../../sdk/support/log-writer.ts';
import { NEXT_FACT_KEY, NEXT_ROOT, rangeOf, ROOT } from '../../sdk/support/log-writer.ts';
import { ROOT_KEY, signAs } from '../../sdk/support/log-writer.ts';
import { codeOf } from '../samples.ts';

const PINNED = { version: 0, root: parseNoteKey(ROOT_KEY), set: undefined };
const HASH = new Uint8Array(32).fill(3);

test('a key set and a heartbeat read back as they were written', () => {
  const set = aKeySet({
    version: 7,
    fact: [rangeOf(signer, { to: 9, void: 4 }), rangeOf(NEXT_FACT_KEY, { from: 9 })],
    epochs: [{ epoch: 2, first: 9, size: 8, root: HASH }],
  });
  expect(parseKeySet(formatKeySet(set))).toEqual(set);
  const heartbeat = aHeartbeat({
    checkpoint: 'a note\n',
    heads: headsOf({ 7: { count: 1, hash: HASH } }),
  });
  expect(parseHeartbeat(formatHeartbeat(heartbeat))).toEqual(heartbeat);
});

test('what no reader would take is not written', () => {
  expect(codeOf(() => formatKeySet(aKeySet({ time: [] })))).toBe('keyset-malformed');
  expect(codeOf(() => formatHeartbeat(aHeartbeat({ heads: [] })))).toBe('heartbeat-malformed');
});

test('trust goes from root to root, and the old one then signs in vain', () => {
  const note = (version: number, roots: (typeof ROOT)[]) =>
    utf8(keySetNote({ version, root: NEXT_ROOT.publicKey }, roots));
  const first = openKeySet(utf8(keySetNote()), LOG, PINNED);
  const second = openKeySet(note(2, [ROOT, NEXT_ROOT]), LOG, trustedBy(first));
  const third = openKeySet(note(3, [NEXT_ROOT]), LOG, trustedBy(second));
  expect(third.version).toBe(3);
  expect(codeOf(() => openKeySet(note(3, [ROOT]), LOG, trustedBy(second)))).toBe(
    'note-key-unknown',
  );
});

test('the first check that fails gives the code', () => {
  const text = formatKeySet(
    aKeySet({ log: 'tenure.example/x', version: 5, root: NEXT_ROOT.publicKey }),
  );
  const open = (body: string) =>
    codeOf(() => openKeySet(utf8(signAs(rootName(LOG), body, [ROOT])), LOG, PINNED));
  expect(open(text.replace('time', 'thyme'))).toBe('keyset-malformed');
  expect(open(text)).toBe('keyset-log-mismatch');
  expect(open(text.replace('/x', '/test'))).toBe('keyset-version');
  expect(open(text.replace('/x', '/test').replace('\n5\n', '\n1\n'))).toBe('keyset-root');
});

test('a fact key counts in its range, closed it signs no live line, and void it is not folded', () => {
  const range = rangeOf(signer, { from: 10, to: 20, void: 15 });
  const find = factKeysOf(aKeySet({ fact: [range] }));
  expect(find('another')).toBeUndefined();
  const key = find(keyIdOf(signer.publicKey)) as FactKey;
  const code = (index: number, isLive: boolean) => codeOf(() => checkFactKey(key, index, isLive));
  expect([9, 10, 19, 20].map((index) => code(index, false))).toEqual([
    'key-range',
    undefined,
    undefined,
    'key-range',
  ]);
  expect(code(10, true)).toBe('key-closed');
  expect(code(9, true)).toBe('key-range');
  expect([14, 15].map((index) => isVoid(key, index))).toEqual([false, true]);
});
