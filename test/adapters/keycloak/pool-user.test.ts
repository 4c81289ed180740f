import { expect, test } from '@jest/globals';
import { formatListMark } from '../../../adapters/keycloak/mark.ts';
import { createKeycloakOrganizations } from '../../../adapters/keycloak/organization.ts';
import type { Call } from '../../../ports/call.ts';
import type { SharedUsers } from '../../../ports/shared-users.ts';
import { aCall, ofAnotherRegistry } from '../../contracts/a-call.ts';
import { startFakeKeycloak } from './fake-keycloak.ts';

const USERS = '/admin/realms/pool/users/';
const MANY = 250;

test('all users of a tenant go with it, also those of later pages, and nobody else', async () => {
  const call = aCall();
  const marked =
    ({ owner }: Call) =>
    (id: string) => ({ id, attributes: formatListMark(owner) });
  let users = [
    ...Array.from({ length: MANY }, (_, at) => marked(call)(`u${at}`)),
    marked(call)('shared'),
    // Deactivated there, or invited: of that Keycloak knows nothing.
    { ...marked(call)('needed'), email: 'Jane@Acme.test' },
    // Keycloak's search is no comparison.
    marked(aCall())('foreign'),
    marked(ofAnotherRegistry(call))('beside'),
  ];
  const keycloak = await startFakeKeycloak((method, path, _token, query) => {
    if (method === 'GET' && path === USERS) {
      const first = Number(query.get('first') ?? 0);
      return { status: 200, body: users.slice(first, first + Number(query.get('max'))) };
    }
    if (method === 'DELETE') {
      users = users.filter(({ id }) => path !== `${USERS}${id}`);
      return { status: 204 };
    }
    if (path.endsWith('/shared/organizations')) return { status: 200, body: [{ id: 'other' }] };
    return { status: 200, body: [] };
  });
  try {
    const asked: unknown[] = [];
    const sharedUsers: SharedUsers = {
      neededBeside: async (tenant, those) => {
        asked.push(tenant, those.at(-1));
        return new Set(['needed']);
      },
    };
    await createKeycloakOrganizations(keycloak.config, sharedUsers).remove('acme', call);
    expect(users.map(({ id }) => id)).toEqual(['shared', 'needed', 'foreign', 'beside']);
    const issuer = `${keycloak.config.issuerBase}/realms/pool`;
    expect(asked).toEqual([call.owner.tenant, { issuer, sub: 'needed', email: 'Jane@Acme.test' }]);
  } finally {
    await keycloak.close();
  }
});
