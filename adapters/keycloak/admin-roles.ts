import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { refuse } from './failures.ts';

const MANAGEMENT_CLIENT = 'realm-management';

/** A role of a client that the tenant's admin service account holds. */
export interface HeldRole {
  readonly id: string;
  readonly name: string;
  /** `clientId`, and Keycloak's own id of that client. */
  readonly of: string;
  readonly clientUniqueId: string;
}

/** As {@link ADMIN_ROLES} name them; those of other clients with their client. */
export function formatRole({ name, of }: HeldRole): string {
  return of === MANAGEMENT_CLIENT ? name : `${of}/${name}`;
}

/** `id`: of the admin client. */
export async function readAdminRoles(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  call: Call,
): Promise<HeldRole[]> {
  const account = await readAccount(admin, realm, id, call);
  const roles = await admin.request(
    call.signal,
    'the roles of the admin service account',
    (client) => client.users.listRoleMappings({ realm, id: account }),
  );
  const mappings = (roles.clientMappings ?? {}) as Record<string, Mapping>;
  return Object.entries(mappings).flatMap(([of, mapping]) =>
    mapping.mappings.map((role) => ({
      id: role.id,
      name: role.name,
      of,
      clientUniqueId: mapping.id,
    })),
  );
}

interface Mapping {
  readonly id: string;
  readonly mappings: readonly { readonly id: string; readonly name: string }[];
}

/** Gives exactly the wanted roles of `realm-management`; all others are taken away. */
export async function setAdminRoles(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  wanted: readonly string[],
  call: Call,
): Promise<void> {
  const held = await readAdminRoles(admin, realm, id, call);
  const account = await readAccount(admin, realm, id, call);
  for (const role of held.filter((one) => !wanted.includes(formatRole(one)))) {
    const { clientUniqueId, name } = role;
    await admin.request(call.signal, 'the removal of a role', (client) =>
      client.users.delClientRoleMappings({
        ...{ realm, id: account, clientUniqueId },
        roles: [{ id: role.id, name }],
      }),
    );
  }
  const missing = wanted.filter((name) => !held.map(formatRole).includes(name));
  if (missing.length === 0) return;
  const [management] = await admin.request(call.signal, 'the look for a client', (client) =>
    client.clients.find({ realm, clientId: MANAGEMENT_CLIENT }),
  );
  const clientUniqueId = management?.id ?? '';
  for (const roleName of missing) {
    const role = await admin.request(call.signal, 'the look for a role', (client) =>
      client.clients.findRole({ realm, id: clientUniqueId, roleName }),
    );
    if (role?.id === undefined) throw refuse('invalid', `Keycloak has no role ${roleName}`);
    const roles = [{ id: role.id, name: roleName }];
    await admin.request(call.signal, 'the addition of a role', (client) =>
      client.users.addClientRoleMappings({ realm, id: account, clientUniqueId, roles }),
    );
  }
}

async function readAccount(
  admin: KeycloakAdmin,
  realm: string,
  id: string,
  call: Call,
): Promise<string> {
  const account = await admin.request(call.signal, 'the admin service account', (client) =>
    client.clients.getServiceAccountUser({ realm, id }),
  );
  return account.id ?? '';
}
