import { expect, test } from '@jest/globals';
import { sagaAudit } from '../../domain/saga-audit.ts';
import { TENANT } from './views.ts';

const reason = { step: 'identity', code: 'identity.unavailable', message: 'It did not answer.' };

test('a saga that parks or unwinds leaves an audit row that names step and cause', () => {
  expect(sagaAudit('provisionTenant', TENANT, 'parked', reason)).toEqual({
    action: 'identity.provision_failed',
    target: `tenant:${TENANT}`,
    detail: { state: 'parked', code: reason.code, message: reason.message },
  });
  const unwinding = sagaAudit('changeMembership', TENANT, 'unwinding', reason);
  expect(unwinding?.action).toBe('identity.change_failed');
});

test('a saga that goes on leaves none', () => {
  expect(sagaAudit('provisionTenant', TENANT, 'running', null)).toBeUndefined();
  expect(sagaAudit('provisionTenant', TENANT, 'done', reason)).toBeUndefined();
});
