import { expect, test } from '@jest/globals';
import { createKeycloakOrganizations } from '../../../adapters/keycloak/organization.ts';
import { aCall } from '../../contracts/a-call.ts';
import { anIdentityRequest } from '../../contracts/identity.ts';
import { startFakeKeycloak } from './fake-keycloak.ts';
import { NOBODY_ELSE } from './nobody-else.ts';

test.each([
  [
    'a lost race is tried again, however long the winner takes',
    'Duplicate resource error',
    'unavailable',
  ],
  ['a realm that Keycloak refuses is refused for good', 'Invalid password policy', 'invalid'],
])('%s', async (_, errorMessage, code) => {
  const keycloak = await startFakeKeycloak((method) =>
    method === 'POST' ? { status: 400, body: { errorMessage } } : { status: 404 },
  );
  try {
    const { ensure } = createKeycloakOrganizations(keycloak.config, NOBODY_ELSE);
    await expect(ensure(anIdentityRequest(), aCall())).rejects.toMatchObject({ code });
    expect(keycloak.requests).toContain('POST /admin/realms/');
  } finally {
    await keycloak.close();
  }
});
