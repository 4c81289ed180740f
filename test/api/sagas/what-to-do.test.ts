import { expect, test } from '@jest/globals';
import { adviseOn, PORT_ADVICE, SAGA_ADVICE, STORE_ADVICE } from '../../../api/sagas/what-to-do.ts';
import {
  CANCELLED,
  PARKED_TOO_LONG,
  UNWOUND_BY_OPERATOR,
} from '../../../workflows/shared/contract.ts';

test('every reason that a saga gives itself has its own advice', () => {
  for (const code of [CANCELLED, UNWOUND_BY_OPERATOR, PARKED_TOO_LONG])
    expect(Object.keys(SAGA_ADVICE)).toContain(code);
});

test('advice goes by the code behind the port, or by the code itself', () => {
  expect(adviseOn('identity.forbidden')).toBe(PORT_ADVICE.forbidden);
  expect(adviseOn('tenant-database.foreign')).toBe(PORT_ADVICE.foreign);
  expect(adviseOn('store-full')).toBe(STORE_ADVICE['store-full']);
  expect(adviseOn('cancelled')).toBe(SAGA_ADVICE.cancelled);
});

test('a code of a later version still gets advice', () => {
  for (const code of ['novel', 'dns.novel', '', 'constructor'])
    expect(adviseOn(code)).toMatch(/^\S.*\.$/);
});
