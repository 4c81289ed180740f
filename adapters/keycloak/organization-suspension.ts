import type OrganizationRepresentation from '@keycloak/keycloak-admin-client/lib/defs/organizationRepresentation.js';
import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { refuse } from './failures.ts';
import { SUSPENDED_ATTRIBUTE, isMarked } from './mark.ts';
import { findOrganization } from './organization-search.ts';
import { restorePoolClient, suspendPoolClient } from './pool-client-suspension.ts';

/**
 * Members of an organization that is switched off still sign in, only without its claim: so its
 * front-end client is switched off first. The realm and the members are others' too and stay.
 */
export async function suspendOrganization(
  admin: KeycloakAdmin,
  realm: string,
  slug: string,
  call: Call,
): Promise<void> {
  await suspendPoolClient(admin, realm, slug, call);
  const found = await findOrganization(admin, realm, slug, call);
  if (found?.enabled !== true || !isMarked(found.attributes, call.owner)) return;
  const mark = { [SUSPENDED_ATTRIBUTE]: [call.owner.operation] };
  const attributes = { ...found.attributes, ...mark };
  await replace(admin, realm, { ...found, enabled: false, attributes }, call);
}

/** The client last: it is what lets people in. */
export async function restoreOrganization(
  admin: KeycloakAdmin,
  realm: string,
  slug: string,
  call: Call,
): Promise<void> {
  const found = await findOrganization(admin, realm, slug, call);
  if (!found) throw refuse('invalid', 'the organization of the tenant is not there');
  if (!isMarked(found.attributes, call.owner)) {
    throw refuse('foreign', 'an organization of that name is there and not ours');
  }
  const { [SUSPENDED_ATTRIBUTE]: mark, ...attributes } = found.attributes ?? {};
  if (mark !== undefined)
    await replace(admin, realm, { ...found, enabled: true, attributes }, call);
  await restorePoolClient(admin, realm, slug, call);
}

/** A PUT that has not everything is refused, with a misleading 409. */
async function replace(
  admin: KeycloakAdmin,
  realm: string,
  organization: OrganizationRepresentation,
  call: Call,
): Promise<void> {
  await admin.request(call.signal, 'the switch of an organization', (client) =>
    client.organizations.updateById({ realm, id: organization.id ?? '' }, organization),
  );
}
