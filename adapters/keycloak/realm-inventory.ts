import type RealmRepresentation from '@keycloak/keycloak-admin-client/lib/defs/realmRepresentation.js';
import { fewAtOnce } from '../../ports/at-once.ts';
import type { InventoryItem } from '../../ports/identity-provider.ts';
import type { KeycloakAdmin } from './admin.ts';
import type { KeycloakConfig } from './config.ts';
import { statusOf } from './failures.ts';
import { readMark } from './mark.ts';

/**
 * The realms that our service client may see, but its own and the pool's. The brief listing has no
 * attributes and an id alone is no mark (foreign realms have UUIDs too), so each realm is read.
 */
export async function listRealms(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  signal: AbortSignal,
): Promise<InventoryItem[]> {
  const names = (await listVisible(admin, config, signal))
    .flatMap(({ realm }) => realm ?? [])
    .filter((name) => name !== config.realm && name !== config.poolRealm);
  const items = await fewAtOnce(names, (name) => readItem(admin, name, signal));
  return items.filter((item) => item !== undefined);
}

/** A client without any realm gets a 403 to the list and yet a stub of the service realm. */
async function listVisible(
  admin: KeycloakAdmin,
  config: KeycloakConfig,
  signal: AbortSignal,
): Promise<RealmRepresentation[]> {
  try {
    return await admin.request(signal, 'the list of realms', (client) =>
      client.realms.find({ briefRepresentation: true }),
    );
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    await admin.request(signal, 'a look at the service realm', (client) =>
      client.realms.findOne({ realm: config.realm }),
    );
    return [];
  }
}

/** Undefined when it went away since the listing. */
async function readItem(
  admin: KeycloakAdmin,
  name: string,
  signal: AbortSignal,
): Promise<InventoryItem | undefined> {
  const realm = await admin.request(signal, 'a look at a realm', (client) =>
    client.realms.findOne({ realm: name }),
  );
  if (!realm) return undefined;
  const owner = readMark(realm.attributes);
  return { name, owner: owner?.tenant === realm.id ? owner : undefined };
}
