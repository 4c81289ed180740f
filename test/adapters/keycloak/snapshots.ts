import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';

/*
 * All that Keycloak tells of a tenant, so that "exactly as before" means each of its objects. What
 * was issued before a freeze stays void afterwards: `notBefore` alone is left out.
 */

/** The realm itself, its export (clients, mappers, groups, roles, scopes, flows) and its users. */
export async function snapshotOfRealm(client: KeycloakAdminClient, realm: string) {
  const parts = { exportClients: true, exportGroupsAndRoles: true };
  return withoutNotBefore({
    realm: await client.realms.findOne({ realm }),
    export: await client.realms.export({ realm, ...parts }),
    users: await client.users.find({ realm, briefRepresentation: false }),
    providers: await client.identityProviders.find({ realm }),
  });
}

/** The organization with its parts, and the tenant's client in the shared realm. */
export async function snapshotOfOrganization(
  client: KeycloakAdminClient,
  realm: string,
  slug: string,
) {
  const query = { realm, search: slug, exact: true, briefRepresentation: false };
  const [found] = await client.organizations.find(query);
  if (found?.id === undefined) return undefined;
  const at = { realm, orgId: found.id };
  return withoutNotBefore({
    organization: await client.organizations.findOne({ realm, id: found.id }),
    members: await client.organizations.listMembers(at),
    providers: await client.organizations.listIdentityProviders(at),
    groups: await client.organizations.groups(found.id).find({ realm }),
    client: await client.clients.find({ realm, clientId: `web.${slug}` }),
  });
}

/** Keycloak gives sets in any order. */
function withoutNotBefore(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutNotBefore(item));
    return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== 'notBefore');
  return Object.fromEntries(
    kept
      .map(([name, inner]): [string, unknown] => [name, withoutNotBefore(inner)])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Whether the sign-in page asks for a name: what is switched off shows an error instead. */
export async function isOpen(issuer: string, clientId: string, slug: string): Promise<boolean> {
  const query = new URLSearchParams({
    redirect_uri: `https://${slug}.saas.test/callback`,
    ...{ client_id: clientId, response_type: 'code', scope: 'openid' },
    ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
  });
  const page = await fetch(`${issuer}/protocol/openid-connect/auth?${query}`);
  return (await page.text()).includes('name="username"');
}
