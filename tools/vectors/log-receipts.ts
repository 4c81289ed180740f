import { toBase64, utf8 } from '../../facts/core/bytes.ts';
import { formatNoteKey } from '../../facts/log/note-key.ts';
import { formatReceipt, formatShards, planeKeyName } from '../../facts/log/receipt.ts';
import type { Receipt } from '../../facts/log/receipt.ts';
import { LOG } from '../../test/sdk/support/fact-writer.ts';
import { PLANE_KEY, PLANE_NAME, aReceipt, receiptNote } from '../../test/sdk/support/receipts.ts';
import { signAs, TIME } from '../../test/sdk/support/log-writer.ts';
import type { LogVector, RefusedCase } from './log-vector.ts';

const encode = (note: string): string => toBase64(utf8(note));
const NAME = planeKeyName(LOG, PLANE_NAME);
const BEFORE = '2026-11-21T01:34:33.999Z';
const LATER = '2026-11-21T01:35:00.000Z';

const inputOf = (note: string, last?: Receipt) => ({
  log: LOG,
  name: PLANE_NAME,
  key: formatNoteKey(NAME, PLANE_KEY.publicKey),
  last: last === undefined ? null : encode(receiptNote(last)),
  note: encode(note),
});

const taken = (rule: string, receipt: Receipt, last?: Receipt): LogVector => {
  const { at, epoch, size, shards } = receipt;
  return {
    rule,
    check: 'receipt',
    input: inputOf(receiptNote(receipt), last),
    expect: { value: { at, epoch, size, shards } },
  };
};

const bad = (rule: string, receipt: Receipt, last?: Receipt): RefusedCase => ({
  rule,
  check: 'receipt',
  input: inputOf(receiptNote(receipt), last),
});

/** Well signed, and no receipt. */
const malformed = (rule: string, change: (text: string) => string): RefusedCase => ({
  rule,
  check: 'receipt',
  input: inputOf(signAs(NAME, change(formatReceipt(aReceipt())), [PLANE_KEY])),
});

const LAST = aReceipt({ epoch: 2, size: 8 });
const next = (overrides: Partial<Receipt>): Receipt => ({ ...LAST, at: LATER, ...overrides });
const ALL = Array.from({ length: 256 }, (_, shard) => shard);

export const VALID_RECEIPTS: Record<string, LogVector> = {
  'receipt-first': taken('the first of a plane', aReceipt()),
  'receipt-all-shards': taken('of every shard', aReceipt({ shards: ALL })),
  'receipt-no-fact': taken('of an empty log', aReceipt({ size: 0 })),
  'receipt-grows': taken('a larger size', next({ size: 9 }), LAST),
  'receipt-same-size': taken('the same size, after a restart', next({}), LAST),
  'receipt-restored': taken(
    'a smaller size, of a plane that was restored',
    next({ size: 7 }),
    LAST,
  ),
  'receipt-restored-epoch': taken('also to an earlier epoch', next({ epoch: 1, size: 9 }), LAST),
  'receipt-new-epoch': taken('a new epoch may have lost facts', next({ epoch: 3, size: 1 }), LAST),
};

export const INVALID_RECEIPTS: Record<string, RefusedCase> = {
  'note-key-unknown--receipt': {
    rule: 'by another key than the plane’s',
    check: 'receipt',
    input: inputOf(signAs(NAME, formatReceipt(aReceipt()), [TIME])),
  },
  'note-signature-invalid--receipt': {
    rule: 'another text than the one that was signed',
    check: 'receipt',
    input: inputOf(receiptNote(aReceipt()).replace('\n8\n', '\n9\n')),
  },
  'receipt-malformed': malformed('a line is missing', (text) => text.replace('\n8\n', '\n')),
  'receipt-malformed--title': malformed('not the title', (text) => text.replace('/receipt', '/r')),
  'receipt-malformed--name': malformed('a name in upper case', (text) =>
    text.replace(`\n${PLANE_NAME}\n`, `\n${PLANE_NAME.toUpperCase()}\n`),
  ),
  'receipt-malformed--time': malformed('a time without milliseconds', (text) =>
    text.replace('.000Z', 'Z'),
  ),
  'receipt-malformed--epoch': malformed('epochs begin with 1', (text) =>
    text.replace('\n1\n', '\n0\n'),
  ),
  'receipt-malformed--size': malformed('a leading zero', (text) => text.replace('\n8\n', '\n08\n')),
  'receipt-malformed--shards': malformed('63 digits', (text) => `${text.slice(0, -2)}\n`),
  'receipt-malformed--upper-case': malformed('digits in upper case', (text) =>
    text.replace(formatShards([5]), `${'0'.repeat(63)}F`),
  ),
  'receipt-malformed--more': malformed('one line more', (text) => `${text}8\n`),
  'receipt-mismatch': bad('another log', aReceipt({ log: 'tenure.example/other' })),
  'receipt-mismatch--name': bad('another plane’s name', aReceipt({ name: 'other' })),
  'receipt-rollback': bad('the same time', next({ at: LAST.at, size: 9 }), LAST),
  'receipt-rollback--before': bad('one from before', next({ at: BEFORE, size: 9 }), LAST),
};
