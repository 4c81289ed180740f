import type OrganizationRepresentation from '@keycloak/keycloak-admin-client/lib/defs/organizationRepresentation.js';
import type { Call } from '../../ports/call.ts';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import type { KeycloakAdmin } from './admin.ts';
import { readMark } from './mark.ts';

/** Organizations of one page; Keycloak's own default is 10. */
const PAGE = 100;
/** Without it answers have no attributes, so no mark. The admin client's type lacks it. */
const WITH_ATTRIBUTES = { briefRepresentation: false };

/** By name, then by alias: both are unique, and either of others makes ours a 409. */
export async function findOrganization(
  admin: KeycloakAdmin,
  realm: string,
  slug: string,
  call: Call,
): Promise<OrganizationRepresentation | undefined> {
  for (const query of [{ search: slug, exact: true }, { q: `alias:${slug}` }]) {
    const found = await admin.request(call.signal, 'the look for an organization', (client) =>
      client.organizations.find({ realm, ...query, ...WITH_ATTRIBUTES }),
    );
    // The first query finds domains of that name too.
    const match = found.find(({ name, alias }) => name === slug || alias === slug);
    if (match !== undefined) return match;
  }
  return undefined;
}

/** Empty while the shared realm is not there yet. */
export async function listOrganizations(
  admin: KeycloakAdmin,
  realm: string,
  signal: AbortSignal,
): Promise<InventoryItem[]> {
  const pool = await admin.request(signal, 'a look at the realm of the pool', (client) =>
    client.realms.findOne({ realm }),
  );
  if (!pool) return [];
  const items: InventoryItem[] = [];
  for (let page = 0; page * PAGE === items.length; page += 1) {
    const first = page * PAGE;
    const found = await admin.request(signal, 'the list of organizations', (client) =>
      client.organizations.find({ realm, first, max: PAGE, ...WITH_ATTRIBUTES }),
    );
    for (const { name = '', attributes } of found) {
      items.push({ name, owner: readMark(attributes) });
    }
    if (found.length === 0) break;
  }
  return items;
}
