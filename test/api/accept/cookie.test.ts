import { expect, test } from '@jest/globals';
import { COOKIE, createAcceptCookies } from '../../../api/accept/cookie.ts';

const NOW = 1_000;
const cookies = createAcceptCookies(new Uint8Array(32));
const JOINED = { step: 'joined', name: 'Acme', host: 'acme.example' } as const;
const open = (sealed: string) => cookies.open('joined', `${COOKIE}=${sealed}`, NOW);

test('what was sealed here comes back', () => {
  expect(open(cookies.seal(JOINED, NOW))).toMatchObject(JOINED);
});

test.each([
  ['a member too few', { step: 'joined', name: 'Acme' }],
  ['a step of another version', { step: 'left', name: 'Acme' }],
])('a shape that is not known here, sealed under the same key, is none: %s', (_what, shape) => {
  expect(open(cookies.seal(shape as typeof JOINED, NOW))).toBeUndefined();
});
