import { expect, test } from '@jest/globals';
import {
  formatOwnerMark,
  isMine,
  parseOwnerMark,
  REGISTRY_MAX_CHARS,
  tenantOf,
} from '../../ports/owner-mark.ts';

const mark = {
  registry: 'tenure.example/prod',
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
  ['no operation', text.replace(/ operation=.*/u, '')],
  ['no registry', text.replace(/registry=\S* /u, '')],
  ['a shorter id', text.replace('6666 ', '666 ')],
])('%s is no mark of ours', (_, other) => {
  expect(parseOwnerMark(other)).toBeUndefined();
});

test('an object is its tenant’s alone, and in its registry alone, whoever made it there', () => {
  const operation = '0190a1b2-1111-4222-8333-999999999999';
  expect(isMine(mark, { ...mark, operation })).toBe(true);
  const others = [
    { ...mark, tenant: operation },
    { ...mark, registry: 'tenure.example/stage' },
    { ...mark, registry: `${mark.registry}/2` },
  ];
  for (const other of [...others, 'foreign', undefined]) expect(isMine(mark, other)).toBe(false);
});

test('a registry is told of no tenants but its own', () => {
  expect(tenantOf(mark.registry, mark)).toBe(mark.tenant);
  expect(tenantOf('tenure.example/stage', mark)).toBeUndefined();
});

test('the longest name of a registry still fits into one string of a TXT record', () => {
  const registry = 'x'.repeat(REGISTRY_MAX_CHARS);
  expect(formatOwnerMark({ ...mark, registry }).length).toBeLessThanOrEqual(255);
});
