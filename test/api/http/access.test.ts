import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createAuthorizer } from '../../../api/http/access.ts';

const authorize = createAuthorizer({ operator: 'the-operator-token', reader: 'the-reader-token' });

test.each([
  undefined,
  '',
  'the-operator-token',
  'Bearer',
  'Bearer ',
  'Bearer the-operator-token2',
  'Bearer the-operator-toke',
  'Bearer THE-OPERATOR-TOKEN',
  'Basic the-operator-token',
  'Bearer the-operator-token the-reader-token',
  'Bearer the-operator-token, Bearer x',
])('the header %j carries no valid token', (header) => {
  for (const access of ['operator', 'reader'] as const)
    expect(() => authorize(access, header)).toThrow(
      expect.objectContaining({ code: 'unauthorized' }),
    );
});

test('the operator may read facts, the reader may do nothing else', () => {
  expect(authorize('operator', 'Bearer the-operator-token')).toMatchObject({ role: 'operator' });
  expect(authorize('reader', 'bearer  the-operator-token')).toMatchObject({ role: 'operator' });
  expect(authorize('reader', 'Bearer the-reader-token')).toMatchObject({ role: 'reader' });
  expect(() => authorize('operator', 'Bearer the-reader-token')).toThrow(
    expect.objectContaining({ code: 'forbidden' }),
  );
});

test('tokens are compared as digests by timingSafeEqual, and by nothing else', () => {
  const source = readFileSync(new URL('../../../api/http/access.ts', import.meta.url), 'utf8');
  expect(source.match(/timingSafeEqual\(given, (operator|reader)\)/g)).toHaveLength(2);
  expect(source).not.toMatch(/tokens\.(operator|reader) ===|=== tokens/);
});
