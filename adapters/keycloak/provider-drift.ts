import type IdentityProviderRepresentation from '@keycloak/keycloak-admin-client/lib/defs/identityProviderRepresentation.js';
import type { Attribute } from '../../domain/reconcile/observation.ts';
import type { Call } from '../../ports/call.ts';
import type { KeycloakAdmin } from './admin.ts';
import { compare, isDrifted } from './compare.ts';
import { withoutOperation } from './mark.ts';

type Provider = IdentityProviderRepresentation & { readonly alias: string };

export async function findProvider(
  admin: KeycloakAdmin,
  realm: string,
  alias: string,
  call: Call,
): Promise<IdentityProviderRepresentation | undefined> {
  const found = await admin.request(call.signal, 'the look for an identity provider', (client) =>
    client.identityProviders.findOne({ realm, alias }),
  );
  // The admin client's type hides that it answers null.
  return found ?? undefined;
}

/** Its secret is masked: whether it is still ours cannot be seen. */
export function attributesOfProvider(
  wanted: Provider,
  found: IdentityProviderRepresentation | undefined,
): Attribute[] {
  const config = withoutOperation((wanted.config ?? {}) as Record<string, unknown>);
  return compare(`identity provider ${wanted.alias}`, { ...wanted, config }, found);
}

export async function mendProvider(
  admin: KeycloakAdmin,
  realm: string,
  wanted: Provider,
  call: Call,
): Promise<void> {
  const { alias } = wanted;
  const found = await findProvider(admin, realm, alias, call);
  if (found === undefined) {
    await admin.request(call.signal, 'the creation of an identity provider', (client) =>
      client.identityProviders.create({ realm, ...wanted }),
    );
    return;
  }
  if (!isDrifted(attributesOfProvider(wanted, found))) return;
  const config = withoutOperation((wanted.config ?? {}) as Record<string, unknown>);
  const changed = { ...found, ...wanted, config: { ...(found.config as object), ...config } };
  await admin.request(call.signal, 'the change of an identity provider', (client) =>
    client.identityProviders.update({ realm, alias }, changed),
  );
}
