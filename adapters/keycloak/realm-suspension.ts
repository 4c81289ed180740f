import type RealmRepresentation from '@keycloak/keycloak-admin-client/lib/defs/realmRepresentation.js';
import type { Call, OwnerMark } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { refuse } from './failures.ts';
import { SUSPENDED_ATTRIBUTE, isMarked } from './mark.ts';

/** Id and mark must both be the tenant's. */
export function isRealmOf(realm: RealmRepresentation, owner: OwnerMark): boolean {
  return realm.id === owner.tenant && isMarked(realm.attributes, owner);
}

/**
 * A realm that is switched off refuses every sign-in, refresh and introspection, and yet answers
 * userinfo to old tokens: its sessions end too, which voids for good what it issued until now.
 */
export async function suspendRealm(admin: KeycloakAdmin, slug: string, call: Call): Promise<void> {
  const realm = await findRealm(admin, slug, call);
  if (!realm || !isRealmOf(realm, call.owner)) return;
  if (realm.enabled === true) {
    const attributes = { ...realm.attributes, [SUSPENDED_ATTRIBUTE]: call.owner.operation };
    await switchRealm(admin, slug, call, { enabled: false, attributes });
  }
  await admin.request(call.signal, 'the end of all sessions', (client) =>
    client.realms.logoutAll({ realm: slug }),
  );
}

export async function restoreRealm(admin: KeycloakAdmin, slug: string, call: Call): Promise<void> {
  const realm = await findRealm(admin, slug, call);
  if (!realm) throw refuse('invalid', 'the realm of the tenant is not there');
  if (!isRealmOf(realm, call.owner)) {
    throw refuse('foreign', 'a realm of that name is there and not ours');
  }
  const { [SUSPENDED_ATTRIBUTE]: mark, ...attributes } = realm.attributes ?? {};
  if (mark === undefined) return;
  await switchRealm(admin, slug, call, { enabled: true, attributes });
}

export async function findRealm(admin: KeycloakAdmin, slug: string, call: Call) {
  return admin.request(call.signal, 'a look at a realm', (client) =>
    client.realms.findOne({ realm: slug }),
  );
}

/** A PUT replaces all attributes and keeps every other key that it does not have. */
async function switchRealm(
  admin: KeycloakAdmin,
  slug: string,
  call: Call,
  part: Required<Pick<RealmRepresentation, 'enabled' | 'attributes'>>,
): Promise<void> {
  await admin.request(call.signal, 'the switch of a realm', (client) =>
    client.realms.update({ realm: slug }, part),
  );
}
