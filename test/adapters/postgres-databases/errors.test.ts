import { expect, test } from '@jest/globals';
import { toPortError } from '../../../adapters/postgres-databases/errors.ts';

const coded = (code: string) => Object.assign(new Error('said by Postgres'), { code });

test.each<[string, Error, string, string]>([
  ['a wrong password', coded('28P01'), 'forbidden', 'forbidden'],
  ['an address that pg_hba.conf keeps out', coded('28000'), 'forbidden', 'forbidden'],
  ['a missing right', coded('42501'), 'forbidden', 'forbidden'],
  ['a role made meanwhile', coded('23505'), 'unavailable', 'unavailable'],
  ['a database made meanwhile', coded('42P04'), 'unavailable', 'unavailable'],
  ['a role changed meanwhile', coded('XX000'), 'unavailable', 'unavailable'],
  ['things in another database', coded('2BP01'), 'unavailable', 'unavailable'],
  ['a missing database', coded('3D000'), 'unavailable', 'unavailable'],
  ['too many connections', coded('53300'), 'unavailable', 'unavailable'],
  ['a full disk', coded('53100'), 'unavailable', 'unavailable'],
  ['a server on its way up', coded('57P03'), 'unavailable', 'unavailable'],
  ['a server on its way down', coded('57P01'), 'unknown', 'unavailable'],
  ['a failing disk', coded('58030'), 'unknown', 'unavailable'],
  ['a statement of a wrong form', coded('42601'), 'invalid', 'invalid'],
  ['a refused connection', coded('ECONNREFUSED'), 'unavailable', 'unavailable'],
  ['a cut connection', coded('ECONNRESET'), 'unknown', 'unavailable'],
  ['a closed pipe', coded('EPIPE'), 'unknown', 'unavailable'],
  ['a stop', coded('ABORT_ERR'), 'unknown', 'unavailable'],
  [
    'an end without a word',
    new Error('Connection terminated unexpectedly'),
    'unknown',
    'unavailable',
  ],
])('%s', (_, error, onChange, onRead) => {
  expect(toPortError(error, true)).toMatchObject({ code: onChange, port: 'tenant-database' });
  expect(toPortError(error, false)).toMatchObject({ code: onRead, port: 'tenant-database' });
  expect(toPortError(error, true).message).not.toContain('said by Postgres');
});
