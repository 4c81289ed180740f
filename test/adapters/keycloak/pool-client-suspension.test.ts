import { expect, test } from '@jest/globals';
import { formatMark } from '../../../adapters/keycloak/mark.ts';
import { createKeycloakOrganizations } from '../../../adapters/keycloak/organization.ts';
import type { Call } from '../../../ports/call.ts';
import { aCall, ofAnotherRegistry } from '../../contracts/a-call.ts';
import { startFakeKeycloak } from './fake-keycloak.ts';
import { NOBODY_ELSE } from './nobody-else.ts';

const ADMIN = '/admin/realms/pool';
const CLIENTS = `${ADMIN}/clients/`;
const CLIENT = 'c-1';
const FULL_PAGE = 100;

test('sessions of all pages end, but for those that serve another client too', async () => {
  const call = aCall();
  const alone = (id: string) => ({ id, clients: { [CLIENT]: 'web.acme' } });
  const shared = { id: 'shared', clients: { [CLIENT]: 'web.acme', 'c-2': 'web.other' } };
  const pages = [
    Array.from({ length: FULL_PAGE }, (_, at) => alone(`s${at}`)),
    [shared, alone('last')],
  ];
  const keycloak = await startFakeKeycloak((method, path) => {
    if (method === 'GET' && path === CLIENTS) {
      const attributes = formatMark(call.owner);
      return { status: 200, body: [{ id: CLIENT, enabled: true, attributes }] };
    }
    if (path.endsWith('/user-sessions')) return { status: 200, body: pages.shift() ?? [] };
    if (path === `${ADMIN}/organizations/`) return { status: 200, body: [] };
    // One ended by itself meanwhile.
    return { status: path.endsWith('/sessions/s7') ? 404 : 204 };
  });
  try {
    await createKeycloakOrganizations(keycloak.config, NOBODY_ELSE).suspend('acme', call);
    const ended = keycloak.requests.filter((request) => request.startsWith('DELETE'));
    expect(ended).toHaveLength(FULL_PAGE + 1);
    expect(ended).toContain(`DELETE ${ADMIN}/sessions/last`);
    expect(ended).not.toContain(`DELETE ${ADMIN}/sessions/shared`);
    // Switched off before its sessions are read: none begins behind the reader's back.
    const changes = keycloak.requests.filter((request) => /^PUT|user-sessions/u.test(request));
    expect(changes[0]).toBe(`PUT ${CLIENTS}${CLIENT}`);
  } finally {
    await keycloak.close();
  }
});

test.each<[string, (call: Call) => Record<string, string>]>([
  ['without our mark', () => ({})],
  ['of another tenant', () => formatMark(aCall().owner)],
  ['of another registry', (call) => formatMark(ofAnotherRegistry(call).owner)],
])('a client %s is not touched, nor any session of it', async (_, markOf) => {
  const call = aCall();
  const attributes = markOf(call);
  const keycloak = await startFakeKeycloak((method, path) => {
    const body = path === CLIENTS ? [{ id: CLIENT, enabled: true, attributes }] : [];
    return { status: method === 'GET' ? 200 : 204, body };
  });
  try {
    await createKeycloakOrganizations(keycloak.config, NOBODY_ELSE).suspend('acme', call);
    expect(keycloak.requests).toContain(`GET ${CLIENTS}`);
    expect(keycloak.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
  } finally {
    await keycloak.close();
  }
});
