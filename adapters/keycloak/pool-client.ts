import type { Call } from '../../ports/call.ts';
import type { ExternalIdentityProvider } from '../../ports/identity-provider.ts';
import type { KeycloakAdmin } from './admin.ts';
import { findClient } from './client-drift.ts';
import type { KeycloakConfig } from './config.ts';
import { absentIsFine, isTaken, refuse } from './failures.ts';
import { isMarked } from './mark.ts';
import { findProvider } from './provider-drift.ts';
import { AUDIENCE_MAPPER, formatIdentityProvider, formatWebClient } from './representation.ts';

/** Name in the shared realm of what a tenant calls `name`. Neither part may hold the dot. */
export function formatPoolName(name: string, slug: string): string {
  return `${name}.${slug}`;
}

/**
 * The tenant's own front-end client: one shared client would need every tenant's addresses, and
 * they could only be changed by reading and writing all of them. It carries no `tenant_id` claim:
 * every user of the realm may sign in to it, only the organization in the token tells the tenant.
 */
export async function ensurePoolClient(
  admin: KeycloakAdmin,
  { poolRealm: realm, loginCallback }: Pick<KeycloakConfig, 'poolRealm' | 'loginCallback'>,
  clientId: string,
  origin: string,
  call: Call,
): Promise<void> {
  let found = await findClient(admin, realm, clientId, call);
  if (found === undefined) {
    try {
      await admin.request(call.signal, 'the creation of a client', (client) =>
        client.clients.create({
          realm,
          ...formatWebClient(clientId, origin, loginCallback, call.owner, [AUDIENCE_MAPPER]),
        }),
      );
      return;
    } catch (error) {
      if (!isTaken(error)) throw error;
      found = await findClient(admin, realm, clientId, call);
    }
  }
  if (!isMarked(found?.attributes, call.owner)) {
    throw refuse('foreign', 'a client of that name is there and not ours');
  }
}

export async function removePoolClient(
  admin: KeycloakAdmin,
  realm: string,
  clientId: string,
  call: Call,
): Promise<void> {
  const found = await findClient(admin, realm, clientId, call);
  const id = found?.id;
  if (id === undefined || !isMarked(found?.attributes, call.owner)) return;
  await absentIsFine(() =>
    admin.request(call.signal, 'the removal of a client', (client) =>
      client.clients.del({ realm, id }),
    ),
  );
}

/** The identity provider in the shared realm, linked to the tenant's organization alone. */
export async function ensurePoolProvider(
  admin: KeycloakAdmin,
  realm: string,
  alias: string,
  provider: ExternalIdentityProvider,
  orgId: string,
  call: Call,
): Promise<void> {
  let found = await findProvider(admin, realm, alias, call);
  if (!found) {
    try {
      await admin.request(call.signal, 'the creation of an identity provider', (client) =>
        client.identityProviders.create({
          realm,
          ...formatIdentityProvider(alias, provider, call.owner),
          hideOnLogin: true,
        }),
      );
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    found = await findProvider(admin, realm, alias, call);
  }
  if (!isMarked(found?.config, call.owner)) {
    throw refuse('foreign', 'an identity provider of that name is there and not ours');
  }
  if (found?.organizationId === orgId) return;
  try {
    await admin.request(call.signal, 'the link of an identity provider', (client) =>
      client.organizations.linkIdp({ realm, orgId, alias }),
    );
  } catch (error) {
    // Refused when another attempt linked it at the same moment.
    const linked = await findProvider(admin, realm, alias, call);
    if (linked?.organizationId !== orgId) throw error;
  }
}

/** All identity providers of an organization that carry its tenant's mark. */
export async function removePoolProviders(
  admin: KeycloakAdmin,
  realm: string,
  orgId: string,
  call: Call,
): Promise<void> {
  const linked = await admin.request(call.signal, 'the linked identity providers', (client) =>
    client.organizations.listIdentityProviders({ realm, orgId }),
  );
  for (const { alias } of linked) {
    if (alias === undefined) continue;
    const found = await findProvider(admin, realm, alias, call);
    if (!isMarked(found?.config, call.owner)) continue;
    await absentIsFine(() =>
      admin.request(call.signal, 'the removal of an identity provider', (client) =>
        client.identityProviders.del({ realm, alias }),
      ),
    );
  }
}
