import { describe, expect, test } from '@jest/globals';
import {
  asStoreError,
  isConnectionLoss,
  isRepeatable,
  violatedConstraint,
} from '../../../adapters/postgres/errors.ts';
import { StoreError } from '../../../ports/registry-store.ts';
import { RefusedError } from '../../../registry/errors.ts';

const coded = (code: string, more = {}) => Object.assign(new Error('text'), { code, ...more });
/** As drizzle wraps what node-postgres threw. */
const wrapped = (cause: Error) => new Error('Failed query: select …', { cause });

describe('becomes a store error', () => {
  test.each([
    ['ECONNREFUSED', 'store-unavailable'],
    ['ECONNRESET', 'store-unavailable'],
    ['ENOTFOUND', 'store-unavailable'],
    ['08006', 'store-unavailable'],
    ['57P01', 'store-unavailable'],
    ['57P03', 'store-unavailable'],
    ['57014', 'store-unavailable'],
    ['53300', 'store-unavailable'],
    ['55P03', 'store-unavailable'],
    ['25006', 'store-unavailable'],
    ['40001', 'store-unavailable'],
    ['53100', 'store-full'],
  ])('%s: %s', (code, expected) => {
    expect(asStoreError(coded(code))).toMatchObject({ name: 'StoreError', code: expected });
    expect(asStoreError(wrapped(coded(code)))).toMatchObject({ code: expected });
  });

  test.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ])('what node-postgres says without a code: %s', (message) => {
    expect(asStoreError(new Error(message))).toMatchObject({ code: 'store-unavailable' });
    expect(isConnectionLoss(wrapped(new Error(message)))).toBe(true);
  });

  test('with a text that holds nothing of what Postgres said', () => {
    const error = asStoreError(coded('53100', { message: 'row of ann@example.com' }));
    expect((error as StoreError).message).not.toContain('ann');
  });
});

describe('stays what it is', () => {
  test.each([
    new RefusedError('last-owner', 'no'),
    new StoreError('undo-refused', 'no'),
    new TypeError('a bug'),
    coded('23505', { constraint: 'tenants_slug_reserved' }),
    coded('42601'),
  ])('%s', (error) => expect(asStoreError(error)).toBe(error));
});

test('deadlocks and serialization failures are repeated, others are not', () => {
  expect([coded('40001'), wrapped(coded('40P01'))].every(isRepeatable)).toBe(true);
  expect([coded('40002'), coded('ECONNRESET'), new Error('x')].some(isRepeatable)).toBe(false);
});

test('the constraint is found through what drizzle wraps', () => {
  const violation = coded('23505', { constraint: 'tenants_host_reserved' });
  expect(violatedConstraint(wrapped(violation))).toBe('tenants_host_reserved');
  expect(violatedConstraint(coded('23503', { constraint: 'fk' }))).toBeUndefined();
});

test('a refusal by a rule is no lost connection', () => {
  expect(isConnectionLoss(new RefusedError('last-owner', 'no'))).toBe(false);
  expect(isConnectionLoss(coded('23505'))).toBe(false);
  expect(isConnectionLoss(coded('57P01'))).toBe(true);
});
