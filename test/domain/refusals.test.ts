import { expect, test } from '@jest/globals';
import { isOpen, tenantState, unknownTenantRole } from '../../domain/refusals.ts';
import { TENANT_STATES } from '../../domain/tenant.ts';
import { catalogOf, tenantOf } from './views.ts';

test('people work in an active tenant and in a trial, and in no other', () => {
  const open = TENANT_STATES.filter((state) => isOpen(tenantOf({ state })));
  expect(open).toEqual(['trial', 'active']);
  expect(tenantState(tenantOf({ state: 'frozen' }))).toEqual({
    ...{ refused: 'tenant-state', message: 'The tenant is frozen.' },
  });
});

test('the first role that is none of tenants is named', () => {
  expect(unknownTenantRole(catalogOf(), ['org-owner', 'org-member'])).toBeUndefined();
  expect(unknownTenantRole(catalogOf(), ['org-owner', 'project-owner', 'nobody'])).toEqual({
    ...{ refused: 'role-unknown', message: 'There is no tenant role project-owner.' },
  });
});
