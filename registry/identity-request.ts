import { originOf } from '../domain/host.ts';
import {
  identityProviderSecret,
  provisionInputOf,
  type ProvisionInput,
} from '../domain/requests.ts';
import type { Tenant } from '../domain/tenant.ts';
import type {
  ExternalIdentityProvider,
  IdentityRequest,
  IdentityShape,
} from '../ports/identity-provider.ts';
import type { ReconcileStore } from '../ports/reconcile-store.ts';
import type { Secrets } from '../ports/secrets.ts';

/** What the identity provider is asked for, of the request that made the tenant. */
export async function identityRequestOf(
  secrets: Secrets,
  tenant: string,
  input: ProvisionInput,
): Promise<IdentityRequest> {
  const { slug, displayName, host, adminEmail, adminUserId } = input;
  const identityProviders = await withSecrets(secrets, tenant, input);
  return {
    ...{ slug, displayName, adminEmail, adminUserId, identityProviders },
    origin: originOf(host),
  };
}

export interface ShapePorts {
  readonly reconcile: Pick<ReconcileStore, 'findProvisioning'>;
  readonly secrets: Secrets;
}

/** As the tenant is today; with the first admin, where the request that made it is still known. */
export async function identityShapeOf(
  { reconcile, secrets }: ShapePorts,
  { id, slug, displayName, host }: Tenant,
): Promise<IdentityShape | IdentityRequest> {
  const operation = await reconcile.findProvisioning(id);
  const today = { slug, displayName, origin: originOf(host) };
  if (operation === undefined) return { ...today, identityProviders: [] };
  const request = await identityRequestOf(secrets, id, provisionInputOf(operation.input));
  return { ...request, ...today };
}

function withSecrets(
  secrets: Secrets,
  tenant: string,
  input: ProvisionInput,
): Promise<ExternalIdentityProvider[]> {
  return Promise.all(
    input.identityProviders.map(async (provider) => {
      const clientSecret = await secrets.find(tenant, identityProviderSecret(provider.alias));
      if (clientSecret === undefined) throw new Error(`no secret of provider ${provider.alias}`);
      return { ...provider, clientSecret };
    }),
  );
}
