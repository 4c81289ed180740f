import { expect, test } from '@jest/globals';
import { formatOwnerMark, parseOwnerMark } from '../../ports/owner-mark.ts';

const mark = {
  tenant: '0190a1b2-1111-4222-8333-444455556666',
  operation: '0190a1b2-1111-4222-8333-777788889999',
};
const text = formatOwnerMark(mark);

test('a mark survives its text', () => {
  expect(parseOwnerMark(text)).toEqual(mark);
});

test.each([
  ['nothing', ''],
  ['another text', 'v=spf1 -all'],
  ['a tail', `${text} more`],
  ['a head', `x${text}`],
  ['a line break', `${text}\n`],
  ['upper case', text.toUpperCase()],
  ['quotes', `"${text}"`],
  ['no operation', text.split(' ')[0] ?? ''],
  ['a shorter id', text.replace('6666 ', '666 ')],
])('%s is no mark of ours', (_, other) => {
  expect(parseOwnerMark(other)).toBeUndefined();
});
